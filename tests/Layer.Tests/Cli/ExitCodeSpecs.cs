using Layer.Cli;

namespace Layer.Tests.Cli;

public sealed class ExitCodeSpecs
{
    [Theory]
    [InlineData(new[] { 0, 0 }, 0)]
    [InlineData(new[] { 1, 8, 0 }, 8)]
    [InlineData(new[] { 8, 6 }, 6)]
    [InlineData(new[] { 6, 5, 1 }, 5)]
    [InlineData(new[] { 1, 8, 6, 5, 4, 0 }, 4)]
    [InlineData(new int[0], 0)]
    public void Of_several_connections_the_worst_wins_in_the_order_4_5_6_8_1(int[] codes, int worst) => Assert.Equal(worst, ExitCode.WorstOf(codes));
}
