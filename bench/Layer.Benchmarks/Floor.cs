using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Layer.Benchmarks;

/// <summary>
/// The least a program can do with the same answers: sign in, read the lists in parallel, scan every byte as JSON, hash every row. It keeps nothing and proves
/// nothing. Runs as a process of its own with the same proxy and trust settings as Layer.
/// </summary>
internal static class Floor
{
    public static async Task<int> RunAsync(string tenantId, string subscriptionId, string clientId, string clientSecret)
    {
        using var handler = new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.All };
        using var http = new HttpClient(handler);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["client_id"] = clientId,
            ["client_secret"] = clientSecret,
            ["scope"] = "https://management.azure.com/.default",
            ["grant_type"] = "client_credentials",
        });
        using var signedIn = await http.PostAsync(new Uri($"https://login.microsoftonline.com/{tenantId}/oauth2/v2.0/token"), form);
        signedIn.EnsureSuccessStatusCode();
        using var token = JsonDocument.Parse(await signedIn.Content.ReadAsByteArrayAsync());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.RootElement.GetProperty("access_token").GetString());

        var subscription = $"https://management.azure.com/subscriptions/{subscriptionId}";
        const string Authorization = "providers/Microsoft.Authorization";
        var read = await Task.WhenAll(
            ReadAsync(http, $"{subscription}?api-version=2022-12-01"),
            ReadAsync(http, $"{subscription}/{Authorization}/permissions?api-version=2022-04-01"),
            ReadAsync(http, $"{subscription}/resourcegroups?api-version=2022-09-01"),
            ReadAsync(http, $"{subscription}/{Authorization}/roleAssignments?api-version=2022-04-01"),
            ReadAsync(http, $"{subscription}/{Authorization}/roleDefinitions?api-version=2022-04-01&$filter=type eq 'CustomRole'"));
        Console.WriteLine(read.Sum(r => r.Bytes));
        return 0;
    }

    private static async Task<(long Bytes, int Rows)> ReadAsync(HttpClient http, string url)
    {
        var body = await http.GetByteArrayAsync(new Uri(url));
        return (body.Length, ScanAndHash(body));
    }

    private static int ScanAndHash(byte[] body)
    {
        var reader = new Utf8JsonReader(body);
        Span<byte> hash = stackalloc byte[32];
        var (rows, start) = (0, 0L);
        while (reader.Read())
        {
            if (reader.CurrentDepth != 2)
                continue;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                start = reader.TokenStartIndex;
            }
            else if (reader.TokenType == JsonTokenType.EndObject)
            {
                SHA256.HashData(body.AsSpan((int)start, (int)(reader.BytesConsumed - start)), hash);
                rows++;
            }
        }

        return rows;
    }
}
