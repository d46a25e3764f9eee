using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using Layer.Evidence;
using Layer.Operations;

namespace Layer.Ledger;

/// <summary>Asks a time-stamp authority (RFC 3161 over HTTP) to vouch for a hash. Only the hash leaves this machine. Redirects are not followed.</summary>
internal sealed class TimestampAuthority : IDisposable
{
    /// <summary>Connection, answer and all: a sync that is over does not wait longer.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    // A token with the certificates of its authority has some 6 kB.
    private const int MostBytes = 256 * 1024;
    private const int NonceSize = 16;

    private readonly TimeProvider _clock;
    private readonly HttpClient _client;

    /// <param name="address">http or https: an answer is signed either way.</param>
    /// <param name="clock">Of the deadline.</param>
    /// <param name="allowed">Networks that are not public and may be asked all the same.</param>
    public TimestampAuthority(Uri address, TimeProvider clock, IReadOnlyList<IPNetwork> allowed)
    {
        (Address, _clock) = (address, clock);
        _client = new HttpClient(OutboundGuard.CreateHandler(allowed)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };
    }

    public Uri Address { get; }

    /// <summary>A token (DER) over the hash, checked: it is over this hash, answers this request, and its certificate signed it.</summary>
    /// <remarks>Whether that certificate is to be trusted is not decided here; whoever verifies does that against roots of their own.</remarks>
    /// <exception cref="RefusedException">TIMESTAMP_UNAVAILABLE.</exception>
    public async Task<byte[]> StampAsync(Digest sha256, CancellationToken cancellationToken)
    {
        var request = Rfc3161TimestampRequest.CreateFromHash(
            sha256.ToArray(), HashAlgorithmName.SHA256, nonce: RandomNumberGenerator.GetBytes(NonceSize), requestSignerCertificates: true);
        using var deadline = new CancellationTokenSource(Deadline, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var answer = await PostAsync(request.Encode(), either.Token);
            var token = request.ProcessResponse(answer, out var read).AsSignedCms().Encode();
            if (read != answer.Length)
                throw Unavailable("its answer has bytes after its end");
            return TimestampToken.FindProblem(token, sha256) is { } problem ? throw Unavailable(problem) : token;
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable($"it did not answer within {Deadline.TotalSeconds:0} seconds", late);
        }
        catch (Exception refused) when (OutboundGuard.IsRefusal(refused))
        {
            throw Unavailable("that address is not public, and Layer:AllowedPrivateNetworks does not name it", refused);
        }
        catch (HttpRequestException lost)
        {
            throw Unavailable((lost.InnerException ?? lost).Message.TrimEnd('.'), lost);
        }
        catch (CryptographicException unusable)
        {
            throw Unavailable($"its answer cannot be used: {unusable.Message.TrimEnd('.')}", unusable);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> PostAsync(byte[] query, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(query);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
        using var answer = await _client.PostAsync(Address, content, cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK
            ? await answer.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw Unavailable($"it answered with HTTP {(int)answer.StatusCode}");
    }

    private RefusedException Unavailable(string reason, Exception? cause = null) => new(
        new Evidence.Collecting.Failure(
            "TIMESTAMP_UNAVAILABLE", new Dictionary<string, string>(StringComparer.Ordinal) { ["authority"] = Address.AbsoluteUri, ["reason"] = reason }),
        cause);
}
