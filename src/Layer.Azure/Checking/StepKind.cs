using Layer.Azure.Permissions;
using Layer.Azure.RoleAssignments;
using Layer.Azure.RoleDefinitions;
using Layer.Azure.Subscriptions;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Checking;

/// <summary>The steps of the check, in order, and what is lost without each.</summary>
internal sealed record StepKind(string Id, string Title, string? AzureAction, string LostWithoutIt)
{
    private const string Everything = "Everything: nothing can be read.";
    private const string AllEvidence = "All evidence: a list that may be incomplete is not sealed.";

    public static StepKind Reach { get; } = new("reach-hosts", "Reach Microsoft's hosts", null, Everything);

    public static StepKind Tenant { get; } = new("find-tenant", "Find the tenant", null, "The proof that the tenant is the subscription's own.");

    public static StepKind SignIn { get; } = new("sign-in", "Sign in", null, Everything);

    public static StepKind ReadSubscription { get; } = new("read-subscription", "Read the subscription", Subscription.Action, Everything);

    public static StepKind Rights { get; } = new(
        "rights", "Rights granted at subscription scope", OwnPermissions.Action, "Azure's own word on the app's rights; they are computed from its roles instead.");

    public static StepKind Groups { get; } = new(
        "list-resource-groups", "List all resource groups", "Microsoft.Resources/subscriptions/resourceGroups/read", AllEvidence);

    public static StepKind Assignments { get; } = new(
        "list-role-assignments", "List all role assignments, inherited ones included", RoleAssignment.Action, AllEvidence);

    public static StepKind Definitions { get; } = new(
        "read-role-definitions", "Read role definitions", RoleDefinition.Action, "What each role allows.");

    public static StepKind OwnGrant { get; } = new(
        "own-grant", "See its own grant", RoleAssignment.Action, "The proof that the list of assignments is complete; without it nothing is sealed.");

    public static StepKind ReadOnly { get; } = new("read-only", "Cannot write anything, anywhere", null, "Nothing; a stolen credential could do more than read.");

    public static StepKind Names { get; } = new("names", "Names are readable (optional)", "User.Read.All, GroupMember.Read.All, Application.Read.All (Microsoft Graph)", "Names of people, groups and apps; ids stay.");

    public static StepKind SecretExpiry { get; } = new(
        "secret-expiry", "Secret's end is known (optional)", "Application.Read.All (Microsoft Graph)", "The warning before the secret expires.");

    public static IReadOnlyList<StepKind> BeforeSignIn { get; } = [Reach, Tenant];

    public static IReadOnlyList<StepKind> AfterSignIn { get; } =
        [ReadSubscription, Rights, Groups, Assignments, Definitions, OwnGrant, ReadOnly, Names, SecretExpiry];

    public CheckStep Passed(long milliseconds, params ReadOnlySpan<(string Name, string Value)> facts) => Make(CheckResult.Pass, milliseconds, null, facts);

    public CheckStep Failed(long milliseconds, Failure failure, params ReadOnlySpan<(string Name, string Value)> facts) =>
        Make(CheckResult.Fail, milliseconds, failure, facts);

    public CheckStep Warned(long milliseconds, Failure failure, params ReadOnlySpan<(string Name, string Value)> facts) =>
        Make(CheckResult.Warn, milliseconds, failure, facts);

    public CheckStep NotRun() => Make(CheckResult.Skipped, 0, null, []);

    private CheckStep Make(CheckResult result, long milliseconds, Failure? failure, ReadOnlySpan<(string Name, string Value)> facts)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in facts)
            named[name] = value;
        return new CheckStep(Id, Title, result, milliseconds, AzureAction, LostWithoutIt, failure, named);
    }
}
