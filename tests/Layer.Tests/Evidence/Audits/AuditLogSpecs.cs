using Layer.Evidence.Audits;
using Layer.Evidence.Canonical;
using Layer.Evidence.Leaves;
using static Layer.Tests.Evidence.Audits.Described;

namespace Layer.Tests.Evidence.Audits;

public sealed class AuditLogSpecs
{
    [Fact]
    public void Keys_are_active_from_the_leaf_that_adds_them_to_the_leaf_that_retires_them()
    {
        var story = new AuditStory();
        var (first, second) = ($"{Samples.Key.Public}", ((KeyLeaf)Samples.Bodies["key"]).Key);
        story.Tell("2026-03-01T00:00:00Z", new KeyLeaf("os:ada", "added", second, null));
        story.Tell("2026-03-02T00:00:00Z", new KeyLeaf("os:ada", "retired", first, null));

        Assert.Empty(story.Log.KeysAt(0));
        Assert.Equal([first], story.Log.KeysAt(1));
        Assert.Equal([first, second], story.Log.KeysAt(2));
        Assert.Equal([second], story.Log.KeysAt(3));
    }

    [Fact]
    public void A_record_knows_whether_its_servers_were_trusted_by_the_public_and_says_so_when_it_cannot()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1);
        story.Read("2026-03-02T06:00:00Z", 1, "scheduled", isPublic: false);
        story.Read("2026-03-03T06:00:00Z", 1, "scheduled", isPublic: false);

        Assert.Equal([true, true, false, false, false, false], story.Log.Records.Select(record => record.PublicTrust));
        var part = new AuditLog();
        foreach (var index in new[] { 0, 8, 9, 10 }) // the last sync, without the manifest that carries its setting
            part.Add(index, story.Leaves[index]);
        Assert.Equal([null, null], part.Records.Select(record => record.PublicTrust));
        Assert.Equal((10L, new DateOnly(2026, 3, 3)), (part.LastIndex, part.LastDay));
    }

    [Fact]
    public void Records_that_say_the_same_share_one_list_and_none_is_lost()
    {
        var story = new AuditStory();
        story.Connect("2026-03-01T05:00:00Z", 1);
        story.Read("2026-03-01T06:00:00Z", 1, Assignment(1, "a", Owner));
        story.Read("2026-03-02T06:00:00Z", 1);
        story.Read("2026-03-03T06:00:00Z", 1);
        story.Read("2026-03-04T06:00:00Z", 1, Assignment(1, "b", Owner));
        var records = story.Log.RecordsOf(AuditStory.Connection(1), "azure.rbac-role-assignments", story.Size).ToList();

        Assert.Equal([(1, 0), (0, 0), (0, 0), (1, 1)], records.Select(record => (record.Populations[0].Added, record.Populations[0].Removed)));
        Assert.Equal([true, false, false, true], records.Select(record => record.HasChanges));
        Assert.Same(records[1].Populations, records[2].Populations);
        Assert.Equal(["azure.roleAssignment", "azure.roleDefinition"], records[0].Populations.Select(population => population.Type));
        Assert.Equal([null, 3L, 6L, 9L], records.Select(record => record.Previous));
        Assert.Equal(3, story.Log.RecordsOf(AuditStory.Connection(1), "azure.rbac-role-assignments", records[3].Index).Count());
    }

    [Fact]
    public void Leaves_come_in_their_order()
    {
        var log = new AuditLog();
        log.Add(5, Samples.Leaf("genesis"));

        Assert.Throws<ArgumentException>(() => log.Add(5, Samples.Leaf("connection")));
        Assert.Throws<ArgumentException>(() => log.Add(4, Samples.Leaf("connection")));
    }

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(1, 0, 0, true)]
    [InlineData(0, 0, 1, true)]
    [InlineData(int.MaxValue, int.MaxValue, 2, true)]
    public void A_record_has_changes_however_many_its_leaf_counts(int added, int changed, int removed, bool has)
    {
        var population = new AuditPopulation("azure.roleAssignment", 1, default, added, changed, removed);
        Assert.Equal(has, default(AuditRecord) with { Populations = [population] } is { HasChanges: true });
    }

    [Fact]
    public void A_line_of_populations_is_read_only_as_it_is_written()
    {
        var (low, high) = (Digest(1), Digest(2));
        var step = new PopulationStep(Samples.Connection, "azure.roleAssignment", 7, Digest(3), 512, Digest(4), [low, high], []);
        var writer = new CanonicalWriter();
        step.WriteTo(writer);
        var text = System.Text.Encoding.UTF8.GetString(writer.WrittenSpan);

        Assert.Equal(
            $"{{\"add\":[\"{low}\",\"{high}\"],\"base\":\"{Digest(4)}\",\"connection\":\"{Samples.Connection}\",\"count\":512,\"remove\":[],\"root\":\"{Digest(3)}\",\"seq\":7,\"type\":\"azure.roleAssignment\"}}",
            text);
        var read = Parse(text);
        Assert.Equal((step.Seq, step.Count, step.Root, step.Base, 2, 0), (read.Seq, read.Count, read.Root, read.Base, read.Add.Count, read.Remove.Count));
        Assert.Null(Parse(text.Replace($"\"{Digest(4)}\"", "null")).Base);
        foreach (var bad in new[]
        {
            text.Replace(":7,", ": 7,"), text.Replace($"\"{low}\",\"{high}\"", $"\"{high}\",\"{low}\""), text.Replace(high.ToString(), low.ToString()),
            text.Replace(",\"seq\":7", ""), text.Replace("\"type\"", "\"tag\":1,\"type\""), text.Replace(":512", ":-1"), text.Replace(":[]", ":null"), text + "\n", "",
        })
        {
            Assert.ThrowsAny<FormatException>(() => Parse(bad));
        }

        static PopulationStep Parse(string text) => PopulationStep.Parse(System.Text.Encoding.UTF8.GetBytes(text));

        static Layer.Evidence.Digest Digest(int n) => Layer.Evidence.Digest.Parse(n.ToString("x64"));
    }
}
