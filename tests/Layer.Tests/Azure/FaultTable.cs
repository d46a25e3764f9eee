using Layer.AzureEmulator;

namespace Layer.Tests.Azure;

/// <summary>What each fault must lead to, at each call of a sync and each page of a list. A fault without a row is an error.</summary>
internal static class FaultTable
{
    /// <summary>Nothing is wrong with the evidence: the fault passes, or cannot be told from the truth.</summary>
    public const string Sealed = "sealed";

    /// <summary>The calls of a sync. The first sync of the day reads all role definitions and lists the subscriptions, the later ones read the custom roles only.</summary>
    public static IReadOnlyList<AzureCall> Calls { get; } =
    [
        AzureCall.Token, AzureCall.GetSubscription, AzureCall.ListPermissions, AzureCall.ListResourceGroups, AzureCall.ListRoleAssignments,
        AzureCall.ListRoleDefinitions, AzureCall.ListCustomRoleDefinitions, AzureCall.ListSubscriptions,
    ];

    public static IReadOnlyList<FaultCell> Cells { get; } = [.. Enum.GetValues<Fault>().SelectMany(CellsOf)];

    public static IEnumerable<FaultCell> CellsOf(Fault fault)
    {
        foreach (var call in Calls.Where(call => AppliesTo(fault, call)))
        {
            if (!IsPaged(call))
                yield return Cell(fault, call, "any");
            else
                foreach (var page in (string[])["first", "middle", "last"])
                    yield return Cell(fault, call, page);
        }
    }

    // What the app registration can see never costs a sync its evidence, whatever happens to that list.
    private static FaultCell Cell(Fault fault, AzureCall call, string page) => call == AzureCall.ListSubscriptions
        ? new FaultCell(fault, call, FaultPage.Parse(page), Sealed) { Visible = AtArm(fault, call, page) }
        : new FaultCell(fault, call, FaultPage.Parse(page), call == AzureCall.Token ? AtSignIn(fault) : AtArm(fault, call, page));

    // The custom roles alone are asked for when all definitions came in one page before.
    private static bool IsPaged(AzureCall call) =>
        call is AzureCall.ListResourceGroups or AzureCall.ListRoleAssignments or AzureCall.ListRoleDefinitions or AzureCall.ListSubscriptions;

    private static bool IsList(AzureCall call) => IsPaged(call) || call == AzureCall.ListCustomRoleDefinitions;

    // Faults of rows and links need a list; faults of a bearer token need ARM.
    private static bool AppliesTo(Fault fault, AzureCall call) => fault switch
    {
        Fault.TransientSignIn => call == AzureCall.Token,
        // It is asked about no subscription, and has no grants in it.
        Fault.WrongSubscriptionId or Fault.OwnRowMissing when call == AzureCall.ListSubscriptions => false,
        Fault.WrongTenant or Fault.ExpiredToken or Fault.ClaimsChallenge or Fault.TokenWithoutPrincipal or Fault.ClockSkewed or Fault.MissingDate
            or Fault.LoneSurrogate or Fault.DuplicateProperty or Fault.WrongSubscriptionId or Fault.EmptyList or Fault.NullValue or Fault.ValueNotArray =>
            call != AzureCall.Token,
        Fault.DuplicatePage or Fault.DuplicateItem or Fault.DuplicateItemChanged or Fault.MissingItem or Fault.MovingList or Fault.NextLinkLoop
            or Fault.NextLinkForeignHost or Fault.NextLinkForeignSubscription or Fault.NextLinkHttp or Fault.NextLinkOtherPort or Fault.NextLinkMalformed
            or Fault.EmptyLastPage or Fault.OwnRowMissing => IsList(call),
        _ => true,
    };

    private static string AtSignIn(Fault fault) => fault switch
    {
        Fault.Status400 or Fault.Status401 or Fault.Status403 or Fault.Status404 or Fault.Status408 or Fault.Status409
            or Fault.Redirect => "SIGN_IN_REFUSED",
        Fault.Status429 or Fault.Status429Bare => "THROTTLED",
        Fault.Status500 or Fault.Status502 or Fault.Status503 or Fault.Status504 or Fault.HtmlWith503 or Fault.TransientSignIn => "SIGN_IN_UNAVAILABLE",
        Fault.ConnectionReset or Fault.HalfBody => "CONNECTION_LOST",
        Fault.TruncatedGzip or Fault.TruncatedJson or Fault.EmptyBody or Fault.HtmlWith200 or Fault.MalformedJson => "SIGN_IN_MALFORMED",
        Fault.NeverAnswers => "CONNECTION_TIMED_OUT",
        Fault.Slow => Sealed,
        _ => throw new InvalidOperationException($"{fault} has no row for the sign-in."),
    };

    private static string AtArm(Fault fault, AzureCall call, string page) => fault switch
    {
        // 403 and 404 of the permissions say that the server does not tell them; rights are computed then.
        Fault.Status403 or Fault.Status404 or Fault.EmptyList when call == AzureCall.ListPermissions => Sealed,
        Fault.Status403 => call is AzureCall.GetSubscription or AzureCall.ListSubscriptions ? "NO_READER" : "RIGHT_MISSING",
        Fault.Status404 => call == AzureCall.GetSubscription ? "SUBSCRIPTION_NOT_FOUND" : "AZURE_UNKNOWN",
        Fault.Status400 or Fault.Status409 => "AZURE_UNKNOWN",
        Fault.Status401 => "TOKEN_REJECTED",
        Fault.Status408 or Fault.Status500 or Fault.Status502 or Fault.Status503 or Fault.Status504 or Fault.HtmlWith503 => "AZURE_UNAVAILABLE",
        Fault.Status429 or Fault.Status429Bare => "THROTTLED",
        Fault.EmptyList => EmptyList(call, page),
        Fault.TruncatedGzip or Fault.HalfBody => "INCOMPLETE_ANSWER",
        Fault.EmptyBody or Fault.TruncatedJson or Fault.MalformedJson or Fault.NullValue or Fault.ValueNotArray => "MALFORMED_ANSWER",
        // A permission has neither name nor id.
        Fault.LoneSurrogate or Fault.DuplicateProperty => call == AzureCall.ListPermissions ? Sealed : "MALFORMED_ANSWER",
        Fault.ConnectionReset => "CONNECTION_LOST",
        Fault.HtmlWith200 => "ANSWER_IS_A_PAGE",
        Fault.Redirect => "UNEXPECTED_STATUS",
        // On the first page every row comes twice, on a later one the page before it stands in its place.
        Fault.DuplicatePage => page is "first" or "any" ? Sealed : "LIST_MOVED",
        Fault.DuplicateItem => Sealed,
        Fault.DuplicateItemChanged => "DUPLICATE_DIFFERS",
        // Azure itself leaves a row out, the same each time: nobody can tell.
        Fault.MissingItem => Sealed,
        Fault.MovingList => page == "any" ? Sealed : "LIST_MOVED",
        Fault.NextLinkLoop => "NEXT_LINK_REPEATED",
        Fault.NextLinkForeignHost or Fault.NextLinkForeignSubscription or Fault.NextLinkHttp or Fault.NextLinkOtherPort or Fault.NextLinkMalformed =>
            "NEXT_LINK_FOREIGN",
        Fault.EmptyLastPage or Fault.Slow or Fault.MissingDate => Sealed,
        Fault.NeverAnswers => "CONNECTION_TIMED_OUT",
        Fault.WrongTenant => "WRONG_TENANT",
        Fault.ExpiredToken => "TOKEN_EXPIRED",
        Fault.ClaimsChallenge => "TOKEN_REVOKED",
        Fault.TokenWithoutPrincipal => "TOKEN_WITHOUT_IDENTITY",
        Fault.WrongSubscriptionId => call == AzureCall.ListPermissions ? Sealed : "SUBSCRIPTION_MISMATCH",
        Fault.OwnRowMissing => call == AzureCall.ListRoleAssignments && page == FaultWorld.OwnRowPage ? "WITNESS_UNKNOWN" : Sealed,
        Fault.ClockSkewed => "CLOCK_SKEW",
        _ => throw new InvalidOperationException($"{fault} has no row."),
    };

    // An empty page without a nextLink ends a list early. It is told by what the other lists name.
    private static string EmptyList(AzureCall call, string page) => (call, page) switch
    {
        (AzureCall.GetSubscription, _) => "MALFORMED_ANSWER",
        (AzureCall.ListRoleAssignments or AzureCall.ListSubscriptions, "first") => "EMPTY_ANSWER",
        _ => Sealed,
    };
}

/// <summary>One fault at one place, and what it must lead to: <see cref="FaultTable.Sealed"/>, or a code of the error catalog.</summary>
internal sealed record FaultCell(Fault Fault, AzureCall Call, FaultPage Page, string Outcome)
{
    /// <summary>What the list of the subscriptions that the app registration can see must lead to: <see cref="FaultTable.Sealed"/>, or a code.</summary>
    public string Visible { get; init; } = FaultTable.Sealed;

    /// <summary>The emulator it needs: with three pages for each list, or one.</summary>
    public EmulatorOptions Emulator => Call == AzureCall.ListCustomRoleDefinitions ? FaultWorld.OnePage : FaultWorld.ThreePages;

    public override string ToString() => $"{Fault} at {Call}, page {Page}";
}
