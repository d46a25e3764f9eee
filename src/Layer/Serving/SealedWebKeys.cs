using System.Xml.Linq;
using Layer.Secrets;
using Layer.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Layer.Serving;

/// <summary>Keeps the keys of cookies and forms in the database, sealed: all nodes share them, and a copy of the database alone opens no session.</summary>
internal sealed class SealedWebKeys(LayerDatabase database, Seal seal, TimeProvider clock) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = database.CreateContext();
        return [.. db.WebKeys.OrderBy(key => key.Id).AsEnumerable().Select(key =>
        {
            using var xml = seal.Open(PlaceOf(key.Id), key.Xml);
            return XElement.Parse(xml.Reveal());
        })];
    }

    // ASP.NET Core asks for keys from places that cannot wait asynchronously.
    public void StoreElement(XElement element, string friendlyName) => StoreAsync(element, friendlyName).GetAwaiter().GetResult();

    private async Task StoreAsync(XElement element, string name)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        using var xml = SecretText.From(element.ToString(SaveOptions.DisableFormatting));
        await using var connection = await database.ConnectAsync(CancellationToken.None);
        await using var transaction = await database.Engine.BeginWriteAsync(connection, CancellationToken.None);
        var closed = await seal.CloseAsync(database.Engine, connection, PlaceOf(id), xml, CancellationToken.None);
        await database.Engine.InsertAsync(
            connection, "web_key", ["id", "name", "xml", "created_at"], [[database.Engine.Id(id), name, closed, clock.GetUtcNow().UtcTicks]], CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static SealedPlace PlaceOf(Guid id) => new(Guid.Empty, $"web_key/{id}", "xml");
}
