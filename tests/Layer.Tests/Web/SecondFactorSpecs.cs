using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Layer.Access;
using Layer.Tests.Storage;

namespace Layer.Tests.Web;

/// <summary>A code of an authenticator app besides the password.</summary>
public sealed partial class SecondFactorSpecs(PostgresCluster cluster)
{
    private const string Here = "/account/second-factor";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Switched_on_the_password_alone_signs_nobody_in_and_the_code_or_a_recovery_code_does_once()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Editor);
        var key = Key().Match(await browser.ReadAsync(Here)).Groups[1].Value;
        using var wrong = await browser.SubmitAsync(Here, ("code", "000000"));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var on = await browser.SubmitAsync(Here, ("code", CodeOf(key)));
        var recovery = Recovery().Matches(await on.Content.ReadAsStringAsync(Cancellation)).Select(match => match.Value).ToList();
        Assert.Equal(10, recovery.Count);

        using var other = web.Stranger();
        using var password = await SignInAsync(other);
        Assert.Equal("/sign-in/code?to=%2Finventory", password.Headers.Location?.ToString());
        using var outside = await other.GetAsync("/inventory");
        Assert.Equal(HttpStatusCode.Redirect, outside.StatusCode);
        using var refused = await other.SubmitAsync("/sign-in/code", ("code", "123 456"), ("to", "/inventory"));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var accepted = await other.SubmitAsync("/sign-in/code", ("code", CodeOf(key)), ("to", "/inventory"));
        Assert.Equal("/inventory", accepted.Headers.Location?.ToString());
        await other.ReadAsync("/inventory");

        foreach (var expected in new[] { HttpStatusCode.Redirect, HttpStatusCode.BadRequest })
        {
            using var lost = web.Stranger();
            (await SignInAsync(lost)).Dispose();
            using var recovered = await lost.SubmitAsync("/sign-in/code", ("code", recovery[0]), ("to", ""));
            Assert.Equal(expected, recovered.StatusCode);
        }
    }

    [Fact]
    public async Task A_camera_that_looks_at_the_page_reads_the_same_key_that_a_person_can_type()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Editor);

        var page = await browser.ReadAsync(Here);

        var size = int.Parse(Drawing().Match(page).Groups[1].Value);
        var modules = new ZXing.Common.BitMatrix(size, size);
        foreach (Match square in Square().Matches(page))
            modules[int.Parse(square.Groups[1].Value), int.Parse(square.Groups[2].Value)] = true;
        var read = new ZXing.QrCode.QRCodeReader().decode(new ZXing.BinaryBitmap(new Modules(modules)), new Dictionary<ZXing.DecodeHintType, object> { [ZXing.DecodeHintType.PURE_BARCODE] = true });
        Assert.Contains($"secret={Key().Match(page).Groups[1].Value}&", read.Text, StringComparison.Ordinal);
        Assert.StartsWith("otpauth://totp/Layer:", read.Text, StringComparison.Ordinal);
    }

    [GeneratedRegex("viewBox=\"0 0 ([0-9]+) [0-9]+\" role=\"img\" aria-label=\"QR")]
    private static partial Regex Drawing();

    [GeneratedRegex("M([0-9]+) ([0-9]+)h1v1h-1z")]
    private static partial Regex Square();

    /// <summary>A picture in which each module is one pixel, as a decoder of pictures sees it.</summary>
    private sealed class Modules(ZXing.Common.BitMatrix modules) : ZXing.Binarizer(new ZXing.RGBLuminanceSource(new byte[modules.Width * modules.Height], modules.Width, modules.Height, ZXing.RGBLuminanceSource.BitmapFormat.Gray8))
    {
        public override ZXing.Common.BitMatrix BlackMatrix => modules;

        public override ZXing.Common.BitArray getBlackRow(int y, ZXing.Common.BitArray row) => modules.getRow(y, row);

        public override ZXing.Binarizer createBinarizer(ZXing.LuminanceSource source) => this;
    }

    [Fact]
    public async Task It_is_switched_off_with_the_password_only_and_each_step_is_in_the_log_and_no_key_is_in_the_database()
    {
        await using var web = await WebHost.StartAsync(cluster);
        var browser = await web.AsAsync(Role.Editor);
        var key = Key().Match(await browser.ReadAsync(Here)).Groups[1].Value;
        using var on = await browser.SubmitAsync(Here, ("code", CodeOf(key)));
        await using (var db = web.Layer.Database.CreateContext())
        {
            var kept = db.Set<Microsoft.AspNetCore.Identity.IdentityUserToken<Guid>>().Select(token => token.Value).ToList();
            Assert.NotEmpty(kept);
            Assert.DoesNotContain(kept, value => value!.Contains(key.Replace(" ", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));
        }

        using var wrong = await browser.SubmitAsync($"{Here}/off", [("password", "not the password")], page: Here);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var off = await browser.SubmitAsync($"{Here}/off", [("password", WebHost.Password)], page: Here);
        Assert.Equal(HttpStatusCode.Redirect, off.StatusCode);
        using var other = web.Stranger();
        using var signedIn = await SignInAsync(other);
        Assert.Equal("/inventory", signedIn.Headers.Location?.ToString());
        Assert.Equal(["access.signed-in", "access.second-factor-on", "access.second-factor-off", "access.signed-in"], await web.ActionsAsync());
    }

    private static Task<HttpResponseMessage> SignInAsync(Browser browser) =>
        browser.SubmitAsync("/sign-in?to=/inventory", [("email", "editor@example.test"), ("password", WebHost.Password), ("to", "/inventory")], page: "/sign-in");

    // RFC 6238 with the usual choices: SHA-1, 30 seconds, six digits.
    private static string CodeOf(string key)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // RFC 6238 says SHA-1, and apps expect it.
        var hash = HMACSHA1.HashData(FromBase32(key), counter);
#pragma warning restore CA5350
        return ((BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue) % 1_000_000).ToString("000000");
    }

    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Where(char.IsLetterOrDigit).Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    [GeneratedRegex("secret=([A-Z2-7]+)")]
    private static partial Regex Key();

    [GeneratedRegex("\\b[A-Z0-9]{5}-[A-Z0-9]{5}\\b")]
    private static partial Regex Recovery();
}
