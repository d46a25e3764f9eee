using System.Reflection;
using System.Security.Cryptography;
using Layer.Access;
using Microsoft.Net.Http.Headers;

namespace Layer.Serving;

/// <summary>Style, script and font: resources of the program, named by their content, so that a browser keeps them for good.</summary>
internal static class AssetFiles
{
    private const string Prefix = "asset/";

    private static readonly Dictionary<string, Asset> ByPath = Load();

    /// <summary>The path under which a file is served, e.g. <c>/assets/app.1a2b3c4d.css</c>.</summary>
    public static string PathOf(string file) => ByPath.Values.First(asset => asset.File == file).Path;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/assets/{file}", (string file, HttpContext http) =>
    {
        if (!ByPath.TryGetValue($"/assets/{file}", out var asset))
            return Results.NotFound();
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Content, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
    }).Needs(Right.None);

    private static Dictionary<string, Asset> Load()
    {
        var assembly = typeof(AssetFiles).Assembly;
        var found = new List<Asset>();
        // The style names the font, so the font's path must be known first.
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).OrderByDescending(name => name.EndsWith(".woff2", StringComparison.Ordinal)))
        {
            var file = name[Prefix.Length..];
            var content = Read(assembly, name);
            if (file.EndsWith(".css", StringComparison.Ordinal))
            {
                var text = System.Text.Encoding.UTF8.GetString(content);
                foreach (var font in found)
                    text = text.Replace($"url(\"{font.File}\")", $"url(\"{font.Path}\")");
                content = System.Text.Encoding.UTF8.GetBytes(text);
            }

            var hash = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
            var (stem, extension) = (Path.GetFileNameWithoutExtension(file), Path.GetExtension(file));
            found.Add(new Asset(file, $"/assets/{stem}.{hash}{extension}", TypeOf(extension), hash, content));
        }

        return found.ToDictionary(asset => asset.Path, StringComparer.Ordinal);
    }

    private static string TypeOf(string extension) => extension switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".woff2" => "font/woff2",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"No media type for {extension}."),
    };

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!; // the assembly just named it
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private sealed record Asset(string File, string Path, string Type, string Hash, byte[] Content);
}
