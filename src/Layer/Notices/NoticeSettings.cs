using System.Diagnostics.CodeAnalysis;

namespace Layer.Notices;

/// <summary>Where people are told.</summary>
/// <param name="Webhook">Gets signed messages (Standard Webhooks); null for none.</param>
/// <param name="WebhookSecret">The key of the signature.</param>
/// <param name="Chat">An incoming webhook of Slack, Teams or the like, whose address is its secret; null for none.</param>
/// <param name="Mail">Null for none.</param>
internal sealed record NoticeSettings(Uri? Webhook, byte[]? WebhookSecret, Uri? Chat, MailSettings? Mail)
{
    private const string Prefix = "whsec_";

    public bool Any => Webhook is not null || Chat is not null || Mail is not null;

    /// <summary>Reads them; <paramref name="problems"/> gets everything that is wrong. No value of a secret setting is repeated.</summary>
    public static NoticeSettings Read(Func<string, string?> find, List<string> problems)
    {
        Uri? webhook = null, chat = null;
        byte[]? secret = null;
        if (find("Layer:NoticeWebhook") is { } webhookText && !IsAddress(webhookText, out webhook))
            problems.Add("Layer:NoticeWebhook is no address that can be told. Allowed: http://HOST/PATH or https://HOST/PATH, without a user or password.");
        if (find("Layer:NoticeChat") is { } chatText && !IsAddress(chatText, out chat))
            problems.Add("Layer:NoticeChat is no address that can be told. Allowed: https://HOST/PATH, as the chat shows it for an incoming webhook.");
        if (find("Layer:NoticeWebhookSecret") is { } secretText && (secret = ReadSecret(secretText)) is null)
            problems.Add("Layer:NoticeWebhookSecret cannot be used. Allowed: whsec_ and 24 to 64 bytes in base64.");
        if (webhook is not null && find("Layer:NoticeWebhookSecret") is null)
            problems.Add("Layer:NoticeWebhook is set, and Layer:NoticeWebhookSecret is not: whoever gets a message could not tell that it is Layer's. Allowed: whsec_ and 24 to 64 bytes in base64.");
        return new NoticeSettings(webhook, secret, chat, MailSettings.Read(find, problems));
    }

    private static bool IsAddress(string text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address is { Scheme: "http" or "https", UserInfo.Length: 0, Host.Length: > 0, Fragment.Length: 0 };

    private static byte[]? ReadSecret(string text)
    {
        var bytes = new byte[text.Length];
        return text.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length) && length is >= 24 and <= 64
            ? bytes[..length]
            : null;
    }
}

/// <summary>How mail is sent.</summary>
/// <param name="Host">Of the relay.</param>
/// <param name="Port">Its port.</param>
/// <param name="Tls">From the first byte (smtps); otherwise STARTTLS wherever the relay offers it, and always before a password.</param>
/// <param name="User">Null: without signing in.</param>
/// <param name="Password">Never printed.</param>
/// <param name="From">The sender.</param>
/// <param name="To">Who is told; at least one.</param>
internal sealed record MailSettings(string Host, int Port, bool Tls, string? User, string? Password, string From, IReadOnlyList<string> To)
{
    public static MailSettings? Read(Func<string, string?> find, List<string> problems)
    {
        var (smtp, from, to) = (find("Layer:Smtp"), find("Layer:NoticeFrom"), find("Layer:NoticeTo"));
        if (smtp is null && from is null && to is null)
            return null;
        var before = problems.Count;
        Uri? relay = null;
        if (smtp is null)
            problems.Add("Layer:Smtp is not set, but Layer:NoticeFrom or Layer:NoticeTo is. Allowed: smtp://HOST or smtps://USER:PASSWORD@HOST:PORT.");
        else if (!Uri.TryCreate(smtp, UriKind.Absolute, out relay) || relay is not { Scheme: "smtp" or "smtps", Host.Length: > 0, PathAndQuery: "/" or "" })
            problems.Add("Layer:Smtp cannot be used. Allowed: smtp://HOST or smtps://USER:PASSWORD@HOST:PORT.");
        if (from is null || !MimeKit.MailboxAddress.TryParse(from, out _))
            problems.Add($"Layer:NoticeFrom is {(from is null ? "not set" : $"'{from}'")}. Allowed: one mail address.");
        string[] people = to?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (people.Length == 0 || people.Any(person => !MimeKit.MailboxAddress.TryParse(person, out _)))
            problems.Add($"Layer:NoticeTo is {(to is null ? "not set" : $"'{to}'")}. Allowed: mail addresses, with commas.");
        if (problems.Count > before)
            return null;
        var tls = relay!.Scheme == "smtps"; // checked above
        var parts = relay.UserInfo.Split(':', 2);
        return new MailSettings(
            relay.Host, relay.Port > 0 ? relay.Port : tls ? 465 : 587, tls, parts[0].Length > 0 ? Uri.UnescapeDataString(parts[0]) : null,
            parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : null, from!, people);
    }
}
