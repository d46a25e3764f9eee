using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Security.AntiSSRF;

namespace Layer.Operations;

/// <summary>
/// The way out for every address that somebody can configure: it connects to public addresses only, looked at after the name is resolved and on the connection
/// that is used, so that no setting makes Layer ask what is inside its network. Redirects are not followed. What is meant to be inside is named by
/// <c>Layer:AllowedPrivateNetworks</c>.
/// </summary>
internal static class OutboundGuard
{
    // ::ffff:0:127.0.0.1 and the like (RFC 2765).
    private const string IPv4Translated = "::ffff:0:0:0/96";

    // ::127.0.0.1 and the like, a form of RFC 4291 that is no longer used and that the library lets through: all of ::/96 but :: and ::1, about which it decides.
    private static IEnumerable<string> IPv4Compatible => Enumerable.Range(1, 31).Select(bit =>
    {
        Span<byte> address = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(address[12..], 1u << bit);
        return $"{new IPAddress(address)}/{128 - bit}";
    });

    public static HttpMessageHandler CreateHandler(IReadOnlyList<IPNetwork> allowed)
    {
        var policy = new AntiSSRFPolicy(PolicyConfigOptions.ExternalOnlyLatest) { AllowPlainTextHttp = true, AddXFFHeader = false };
        policy.AddDeniedAddresses([.. IPv4Compatible, IPv4Translated]);
        if (allowed.Count > 0)
            policy.AddAllowedAddresses([.. allowed.Select(network => network.ToString())]);
        var handler = policy.GetHandler();
        (handler.AllowAutoRedirect, handler.UseCookies) = (false, false);
        return new Telling(handler);
    }

    /// <summary>Whether an exception, or one inside it, says that the guard kept the connection from being made.</summary>
    public static bool IsRefusal(Exception? thrown) => thrown is AntiSSRFException || (thrown?.InnerException is { } inner && IsRefusal(inner));

    // A name that cannot be resolved, or resolves to no host at all, comes out of the guard as it was thrown inside.
    private sealed class Telling(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (Exception unreachable) when (unreachable is SocketException or ArgumentException)
            {
                throw new HttpRequestException(unreachable.Message, unreachable);
            }
        }
    }
}
