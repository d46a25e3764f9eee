using System.Globalization;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Collecting;

/// <summary>How far this machine's clock may be from Azure's for what was read to be dated.</summary>
internal static class ClockSkew
{
    private static readonly TimeSpan Largest = TimeSpan.FromMinutes(5);

    /// <summary>Whether an answer carries a Date that is too far from the moment it came. One without a Date says nothing.</summary>
    public static bool IsTooLarge(Answer answer) => answer.Date is { } date && (answer.ReceivedAt - date).Duration() > Largest;

    /// <summary>The failure of an answer that <see cref="IsTooLarge"/>.</summary>
    public static Failure Of(Answer answer)
    {
        var date = answer.Date ?? throw new ArgumentException("It carries no Date.", nameof(answer));
        return Failures.Of(
            AnswerErrors.ClockSkew, ("machineTime", Time(answer.ReceivedAt)), ("azureTime", Time(date)),
            ("seconds", ((long)(answer.ReceivedAt - date).TotalSeconds).ToString(CultureInfo.InvariantCulture)));
    }

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
