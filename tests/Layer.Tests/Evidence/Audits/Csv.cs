using System.Text;
using Layer.Evidence.Audits;

namespace Layer.Tests.Evidence.Audits;

internal static class Csv
{
    public static string Of(Action<CsvWriter> write)
    {
        using var stream = new MemoryStream();
        using (var csv = new CsvWriter(stream))
            write(csv);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
