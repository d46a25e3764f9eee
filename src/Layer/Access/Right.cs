using Microsoft.AspNetCore.Authorization;

namespace Layer.Access;

/// <summary>What a route asks of whoever calls it. Every route names one: a route without is refused when the server starts.</summary>
internal enum Right
{
    /// <summary>Nothing: also strangers.</summary>
    None,

    /// <summary>To be signed in, whatever the role.</summary>
    SignedIn,

    /// <summary>To read evidence, an auditor that of the windows shared with them.</summary>
    ReadEvidence,

    /// <summary>To draw samples and build bundles, an auditor of the windows shared with them.</summary>
    Audit,

    /// <summary>To read everything that is no secret.</summary>
    Read,

    /// <summary>To connect, sync, rotate, state scopes.</summary>
    Change,

    /// <summary>To manage people, tokens and settings.</summary>
    Administer,
}

/// <summary>Who has which rights.</summary>
internal static class Rights
{
    public static bool Has(Role role, Right right) => right switch
    {
        Right.None or Right.SignedIn or Right.ReadEvidence or Right.Audit => true,
        Right.Read or Right.Change => role is Role.Editor or Role.Administrator,
        _ => role is Role.Administrator,
    };

    public static bool Has(TokenScope scope, Right right) => right switch
    {
        Right.None or Right.SignedIn or Right.ReadEvidence or Right.Read => true,
        Right.Audit or Right.Change => scope is TokenScope.Change or TokenScope.Administer,
        _ => scope is TokenScope.Administer,
    };
}

/// <summary>The right that a route needs; its presence is the decision that every route must have.</summary>
internal sealed record NeedsRight(Right Right);

internal static class NeedsRightExtensions
{
    /// <summary>Decides who may call a route.</summary>
    public static T Needs<T>(this T route, Right right)
        where T : IEndpointConventionBuilder
    {
        route.WithMetadata(new NeedsRight(right));
        if (right == Right.None)
            route.WithMetadata(new AllowAnonymousAttribute());
        else
            route.RequireAuthorization(policy => policy.AddRequirements(new RightRequirement(right)));
        return route;
    }
}

/// <summary>Asks for a right of the person behind the request.</summary>
internal sealed record RightRequirement(Right Right) : IAuthorizationRequirement;

internal sealed class RightHandler(CurrentViewer viewers) : AuthorizationHandler<RightRequirement>
{
    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, RightRequirement requirement)
    {
        if (await viewers.FindAsync() is { } viewer && viewer.Can(requirement.Right))
            context.Succeed(requirement);
    }
}
