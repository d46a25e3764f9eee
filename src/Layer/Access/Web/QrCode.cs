using System.Globalization;
using System.Text;
using ZXing;
using ZXing.QrCode;
using ZXing.QrCode.Internal;

namespace Layer.Access.Web;

/// <summary>A text as a QR code, drawn as one SVG path of unit squares.</summary>
/// <param name="Size">Modules on each side, the quiet zone of four included.</param>
/// <param name="Path">The dark modules, as the <c>d</c> of a path.</param>
internal sealed record QrCode(int Size, string Path)
{
    // ISO/IEC 18004: four light modules around it.
    private const int QuietZone = 4;

    public static QrCode Of(string text)
    {
        var hints = new Dictionary<EncodeHintType, object> { [EncodeHintType.MARGIN] = QuietZone, [EncodeHintType.ERROR_CORRECTION] = ErrorCorrectionLevel.M, [EncodeHintType.CHARACTER_SET] = "UTF-8" };
        var modules = new QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, 0, 0, hints);
        var path = new StringBuilder();
        for (var y = 0; y < modules.Height; y++)
        {
            for (var x = 0; x < modules.Width; x++)
            {
                if (modules[x, y])
                    path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
            }
        }

        return new QrCode(modules.Width, path.ToString());
    }
}
