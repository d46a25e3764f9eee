using Layer.Access;
using Layer.Cli;
using Layer.Evidence;
using Layer.Inventory.Web;
using Layer.Serving;

namespace Layer.Ui;

/// <summary>Finds a principal, a scope, a connection or an evidence record.</summary>
internal static class SearchRoutes
{
    private const int Most = 20;
    private const int ShortestId = 8;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/search", FindAsync).Needs(Right.ReadEvidence);

    private static async Task<IResult> FindAsync(string? q, Installation layer, InventoryView inventory, CurrentViewer viewers, CancellationToken cancellationToken)
    {
        var (text, viewer) = ((q ?? "").Trim(), viewers.Viewer);
        var found = new List<Hit>();
        if (text.Length > 0)
        {
            var day = inventory.DayOf(null);
            var rows = (await inventory.AssignmentsAsync(await inventory.ReadingsAsync(day, cancellationToken), cancellationToken)).Where(row => row.Matches(text)).ToList();
            found.AddRange(rows.GroupBy(row => row.Row.Assignment.Text("principalId"), StringComparer.OrdinalIgnoreCase).Take(Most).Select(group => new Hit(
                "Principals", SafeText.ForTerminal(group.First().Row.Who), Words.Count(group.Count(), "role assignment"), $"/inventory?q={Uri.EscapeDataString(group.Key)}")));
            found.AddRange(rows.Select(row => row.Scope).Where(scope => scope.Contains(text, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Take(Most)
                .Select(scope => new Hit("Scopes", SafeText.ForTerminal(scope), "", $"/inventory?scope={Uri.EscapeDataString(scope)}")));
            if (viewer.Can(Right.Read))
            {
                found.AddRange((await layer.Connections.ListAsync(viewer.Workspace.Id, cancellationToken))
                    .Where(connection => connection.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || connection.SubscriptionId.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase))
                    .Select(connection => new Hit("Connections", connection.Name, connection.SubscriptionId.ToString(), $"/integrations/azure/{connection.Id}")));
            }

            if (text.Length >= ShortestId || long.TryParse(text, out _))
            {
                found.AddRange((await new EvidenceRecords(layer.Database, viewer.Workspace.Id).ListAsync(cancellationToken))
                    .Where(line => line.Index.ToString() == text || (text.Length >= ShortestId && line.Id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)))
                    .Where(line => viewer.Sees(DateOnly.FromDateTime(line.ObservedAt.UtcDateTime)))
                    .Select(line => new Hit("Evidence records", $"{line.Type} of {line.Connection}", $"observed {line.ObservedAt:d MMM yyyy HH:mm} UTC", $"/evidence/{line.Index}")));
            }
        }

        return Page.Of<SearchPage, SearchModel>(new SearchModel(text, found));
    }
}

/// <summary>Something that was found.</summary>
internal sealed record Hit(string Kind, string Title, string Detail, string Link);

/// <summary>What the page of a search shows.</summary>
internal sealed record SearchModel(string Text, IReadOnlyList<Hit> Found);
