using Layer.Evidence.Audits;
using Layer.Evidence.Leaves;

namespace Layer.Tests.Evidence.Audits;

public sealed class CsvWriterSpecs
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("\nx", "\"\nx\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("=HYPERLINK(\"http://evil\",\"x\")", "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\"")]
    [InlineData("a=b", "a=b")]
    [InlineData(" =b", " =b")]
    [InlineData("'=b", "'=b")]
    [InlineData("<=2026", "<=2026")]
    [InlineData("été ☃ \U0001F512", "été ☃ \U0001F512")]
    [InlineData("=", "'=")]
    [InlineData("\"", "\"\"\"\"")]
    public void A_field_is_never_a_formula_and_never_ends_early(string? field, string written)
    {
        Assert.Equal($"{written}\n", Csv.Of(csv => csv.Row(field)));
        Assert.Equal($"a,{written},{written}\n", Csv.Of(csv => csv.Row("a", field, field)));
    }

    [Fact]
    public void A_file_longer_than_the_buffer_is_whole()
    {
        var text = Csv.Of(csv =>
        {
            for (var i = 0; i < 3_000; i++)
                csv.Row($"{i}", new string('x', 100));
        });

        Assert.Equal(Enumerable.Range(0, 3_000).Select(i => $"{i},{new string('x', 100)}"), text.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void The_index_says_of_each_kind_what_people_look_for()
    {
        var names = Samples.Bodies.Keys.ToList();
        var rows = Csv.Of(csv =>
        {
            foreach (var name in names)
                IndexCsv.Write(csv, names.IndexOf(name), Samples.Leaf(name));
        }).TrimEnd('\n').Split('\n');

        var id = Samples.Connection;
        Assert.Equal(
            [
                "audit,,,secrets.rekeyed", $"connection,{id},,paused", "epoch,,,", $"evidence,{id},327,azure.resource-group-inventory",
                $"evidence,{id},327,azure.rbac-role-assignments", $"exception,{id},327,seen-late", "genesis,,,", "key,,,added", "mapping,,,soc2-2017/2", "names,,,",
                "sample,,,days", "scope,,,", $"sync,{id},327,complete", $"sync,{id},327,failed SECRET_EXPIRED", $"sync,{id},327,complete", "timestamp,,,",
                $"visible,{id},327,",
            ],
            rows.Select(row => string.Join(',', row.Split(',')[2..6])));
        Assert.Equal("leaf,at,kind,connection,seq,what,hash", string.Join(',', IndexCsv.Header));
        Assert.Equal($"0,2026-11-23T06:00:02.123Z,audit,,,secrets.rekeyed,{Samples.Leaf("audit").Hash}", rows[0]);
        Assert.Equal(LeafKind.All.Order(), rows.Select(row => row.Split(',')[2]).Distinct().Order());
    }
}
