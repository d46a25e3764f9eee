using Layer.Azure.Lists;
using Layer.Azure.ResourceGroups;
using Layer.Azure.RoleAssignments;
using Layer.Azure.RoleDefinitions;
using Layer.Azure.Subscriptions;
using Layer.Evidence.Canonical;
using Layer.Evidence.Collecting;
using Layer.Evidence.Observations;

namespace Layer.Azure.RawPages;

/// <summary>Derives the observations of a kept page of Azure's answers again, with the same readers as when it came (docs/evidence-format.md §8.10).</summary>
public static class DerivedObservations
{
    /// <summary>An observation for each row of the page, in its order.</summary>
    /// <param name="template">Id of the URL template that the page answered.</param>
    /// <param name="subscription">The subscription that was asked.</param>
    /// <param name="page">The bytes as they came, after content decoding.</param>
    /// <exception cref="FormatException">The page is no such answer.</exception>
    /// <exception cref="ArgumentException">Nothing is observed in answers to this template.</exception>
    public static IReadOnlyList<Observation> Of(string template, Guid subscription, ReadOnlyMemory<byte> page)
    {
        try
        {
            return template switch
            {
                UrlTemplate.Subscription => [ArmPage.ReadObject(page, Subscription.Read).Observation],
                UrlTemplate.ResourceGroups => Rows(page, ResourceGroup.Reader(subscription), group => group.Observation),
                // Whose rows are the reader's own does not matter here.
                UrlTemplate.RoleAssignments => Rows(page, RoleAssignment.Reader(subscription, Guid.Empty), assignment => assignment.Observation),
                UrlTemplate.RoleDefinitions or UrlTemplate.CustomRoleDefinitions => Rows(page, RoleDefinition.ReadAny, Observed(subscription)),
                UrlTemplate.RoleDefinition => [Observed(subscription)(ArmPage.ReadObject(page, RoleDefinition.ReadAny))],
                _ => throw new ArgumentException($"Nothing is observed in answers to {template}.", nameof(template)),
            };
        }
        catch (MalformedAnswerException malformed)
        {
            throw new FormatException(malformed.Message, malformed);
        }
    }

    private static List<Observation> Rows<T>(ReadOnlyMemory<byte> page, ReadItem<T> read, Func<T, Observation> observe)
    {
        var rows = new List<Observation>();
        ArmPage.Read(page, read, row => rows.Add(observe(row)));
        return rows;
    }

    private static Func<RoleDefinition, Observation> Observed(Guid subscription)
    {
        var writer = new CanonicalWriter();
        return definition => definition.Observe(writer, subscription);
    }
}
