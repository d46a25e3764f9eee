using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Layer.Evidence.Collecting;
using Layer.Operations;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Layer.Notices;

/// <summary>A way to tell people.</summary>
internal interface INoticeChannel
{
    /// <summary><c>webhook</c>, <c>chat</c> or <c>mail</c>.</summary>
    string Name { get; }

    /// <summary>Sends one message.</summary>
    /// <param name="notice">The message.</param>
    /// <param name="id">The same for each try, so that a receiver can tell a repetition.</param>
    /// <param name="cancellationToken">The cancellation token.</param>
    /// <exception cref="RefusedException">NOTICE_UNDELIVERED, with why.</exception>
    Task SendAsync(Notice notice, Guid id, CancellationToken cancellationToken);
}

/// <summary>Makes the channels that are set.</summary>
internal static class NoticeChannels
{
    public static IReadOnlyList<INoticeChannel> Of(Settings settings, TimeProvider clock)
    {
        var notices = settings.Notices;
        var channels = new List<INoticeChannel>();
        if (notices is { Webhook: { } webhook, WebhookSecret: { } secret })
            channels.Add(new WebhookChannel(webhook, secret, settings.AllowedPrivateNetworks, clock));
        if (notices.Chat is { } chat)
            channels.Add(new ChatChannel(chat, settings.AllowedPrivateNetworks, clock));
        if (notices.Mail is { } mail)
            channels.Add(new MailChannel(mail, clock));
        return channels;
    }

    public static RefusedException Undelivered(string channel, string reason, Exception? inner = null) =>
        new(new Failure("NOTICE_UNDELIVERED", new Dictionary<string, string>(StringComparer.Ordinal) { ["channel"] = channel, ["reason"] = reason }), inner);
}

/// <summary>Posts to a configured address, through the guard and with a deadline.</summary>
internal abstract class HttpChannel(Uri address, IReadOnlyList<IPNetwork> allowed, TimeProvider clock) : INoticeChannel
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private readonly HttpClient _client = new(OutboundGuard.CreateHandler(allowed)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };

    public abstract string Name { get; }

    protected TimeProvider Clock => clock;

    public async Task SendAsync(Notice notice, Guid id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        Fill(request, notice, id);
        using var deadline = new CancellationTokenSource(Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!answer.IsSuccessStatusCode)
                throw NoticeChannels.Undelivered(Name, $"it answered {(int)answer.StatusCode}");
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoticeChannels.Undelivered(Name, $"it did not answer within {Deadline.TotalSeconds:0} seconds", late);
        }
        catch (Exception refused) when (OutboundGuard.IsRefusal(refused))
        {
            throw NoticeChannels.Undelivered(Name, "its address is not public, and Layer:AllowedPrivateNetworks does not name it", refused);
        }
        catch (HttpRequestException lost)
        {
            // The address of a chat is its secret, and messages of the handler may hold it.
            throw NoticeChannels.Undelivered(Name, $"it cannot be reached ({lost.HttpRequestError})", lost);
        }
    }

    protected abstract void Fill(HttpRequestMessage request, Notice notice, Guid id);

    protected static ByteArrayContent JsonContent(byte[] body) => new(body) { Headers = { ContentType = new("application/json") } };
}

/// <summary>Standard Webhooks (standardwebhooks.com): an id, a time, and an HMAC-SHA256 over both and the body.</summary>
internal sealed class WebhookChannel(Uri address, byte[] secret, IReadOnlyList<IPNetwork> allowed, TimeProvider clock) : HttpChannel(address, allowed, clock)
{
    public override string Name => "webhook";

    protected override void Fill(HttpRequestMessage request, Notice notice, Guid id)
    {
        var (now, message) = (Clock.GetUtcNow(), $"msg_{id:N}");
        var body = notice.ToJson(now);
        var signed = Encoding.UTF8.GetBytes($"{message}.{now.ToUnixTimeSeconds()}.");
        request.Headers.Add("webhook-id", message);
        request.Headers.Add("webhook-timestamp", $"{now.ToUnixTimeSeconds()}");
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, (byte[])[.. signed, .. body]))}");
        request.Content = JsonContent(body);
    }
}

/// <summary>The incoming webhook that Slack, Teams, Mattermost and others share: an object with <c>text</c>.</summary>
internal sealed class ChatChannel(Uri address, IReadOnlyList<IPNetwork> allowed, TimeProvider clock) : HttpChannel(address, allowed, clock)
{
    public override string Name => "chat";

    protected override void Fill(HttpRequestMessage request, Notice notice, Guid id) =>
        request.Content = JsonContent(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["text"] = Plain(notice.Text) }));

    // Slack reads <…> as a link or a call to everybody (<!channel>); a connection's name must be neither, and a command must arrive as it is.
    private static string Plain(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

/// <summary>Mail over a relay that the operator of this machine named.</summary>
internal sealed class MailChannel(MailSettings mail, TimeProvider clock) : INoticeChannel
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public string Name => "mail";

    public async Task SendAsync(Notice notice, Guid id, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage { Subject = $"Layer: {notice.Title}", Body = new TextPart("plain") { Text = notice.Text }, Date = clock.GetUtcNow(), MessageId = $"{id:N}@layer" };
        message.From.Add(MailboxAddress.Parse(mail.From));
        message.To.AddRange(mail.To.Select(MailboxAddress.Parse));
        using var deadline = new CancellationTokenSource(Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var client = new SmtpClient();
            // A password never travels in the clear.
            var security = mail.Tls ? SecureSocketOptions.SslOnConnect : mail.User is null ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls;
            await client.ConnectAsync(mail.Host, mail.Port, security, either.Token);
            if (mail is { User: { } user, Password: { } password })
                await client.AuthenticateAsync(user, password, either.Token);
            await client.SendAsync(message, either.Token);
            await client.DisconnectAsync(quit: true, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoticeChannels.Undelivered(Name, $"{mail.Host} did not take it within {Deadline.TotalSeconds:0} seconds", late);
        }
        catch (Exception failed) when (failed is ProtocolException or CommandException or System.Security.Authentication.AuthenticationException or MailKit.Security.AuthenticationException
            or SslHandshakeException or NotSupportedException or IOException or System.Net.Sockets.SocketException or ServiceNotAuthenticatedException)
        {
            throw NoticeChannels.Undelivered(Name, $"{mail.Host} did not take it ({failed.GetType().Name})", failed);
        }
    }
}
