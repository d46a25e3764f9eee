using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Layer.Tests.Azure;

/// <summary>A recorded answer of Azure. Some are of older API versions and carry the literal <c>subscription-id</c>: these are lifted to ours.</summary>
internal static class Recording
{
    public static readonly Guid Subscription = Guid.Parse("f93ffd1e-3808-42dc-ac00-edf92324abdd");

    public static byte[] Body(string name)
    {
        var recording = JsonNode.Parse(File.ReadAllBytes(SharedFolder.Find("recordings", $"{name}.json")))!;
        var text = recording["response"]!["body"]!.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        return Encoding.UTF8.GetBytes(text.Replace("subscription-id", Subscription.ToString(), StringComparison.Ordinal));
    }
}
