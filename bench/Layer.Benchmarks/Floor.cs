using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Layer.Benchmarks;

/// <summary>
/// The least a program can do with the same answers: sign in, read the lists in parallel, scan every byte as JSON, hash every row. It keeps nothing and proves
/// nothing. Runs as a process of its own with the same proxy and trust settings as Layer.
/// </summary>
internal sealed class Floor : IDisposable
{
    private readonly HttpClient _http;

    private Floor(HttpClient http, string subscriptionId)
    {
        _http = http;
        var subscription = $"https://management.azure.com/subscriptions/{subscriptionId}";
        const string Authorization = "providers/Microsoft.Authorization";
        Lists =
        [
            $"{subscription}?api-version=2022-12-01",
            $"{subscription}/{Authorization}/permissions?api-version=2022-04-01",
            $"{subscription}/resourcegroups?api-version=2022-09-01",
            $"{subscription}/{Authorization}/roleAssignments?api-version=2022-04-01",
            $"{subscription}/{Authorization}/roleDefinitions?api-version=2022-04-01&$filter=type eq 'CustomRole'",
        ];
    }

    /// <summary>What is read.</summary>
    public IReadOnlyList<string> Lists { get; }

    /// <summary>Requests sent so far.</summary>
    public int Requests { get; private set; } = 1;

    public static async Task<int> RunAsync(string tenantId, string subscriptionId, string clientId, string clientSecret)
    {
        using var floor = await SignInAsync(tenantId, subscriptionId, clientId, clientSecret);
        Console.WriteLine(await floor.ReadAllAsync());
        return 0;
    }

    public static async Task<Floor> SignInAsync(string tenantId, string subscriptionId, string clientId, string clientSecret)
    {
        var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.All });
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
        return new Floor(http, subscriptionId);
    }

    /// <summary>Reads all lists in parallel.</summary>
    /// <returns>Bytes after decompression.</returns>
    public async Task<long> ReadAllAsync() => (await Task.WhenAll(Lists.Select(ReadAsync))).Sum();

    /// <summary>Reads one list.</summary>
    public async Task<long> ReadAsync(string list)
    {
        Requests++;
        return (await ReadAsync(_http, list)).Bytes;
    }

    public void Dispose() => _http.Dispose();

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
