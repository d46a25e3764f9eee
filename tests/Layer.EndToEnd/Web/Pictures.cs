using Microsoft.Playwright;

namespace Layer.EndToEnd.Web;

/// <summary>Takes pictures of pages into the folder that LAYER_PICTURES names; without it, none.</summary>
internal static class Pictures
{
    public static async Task TakeAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("LAYER_PICTURES") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }
}
