using Layer.AzureEmulator.Entra;
using Layer.AzureEmulator.Worlds;

namespace Layer.AzureEmulator.Arm;

/// <summary>management.azure.com: who asks, may they, and which list answers.</summary>
internal sealed class ArmHost(World world, EmulatorOptions options)
{
    private readonly TokenBuckets _buckets = new(options);
    private readonly PreparedLists _lists = new(world, options);

    public Answer Answer(Exchange exchange)
    {
        var call = ArmRoute.Of(exchange);
        if (call == AzureCall.CloudMetadata)
            return Dressed(CloudMetadata.Answer(exchange), exchange, null).For(call);
        var caller = ReadToken(exchange);
        var answer = Refusal(exchange, caller, call, out var subscription) ?? Draw(exchange, caller!, subscription, call);
        answer.Client = caller?.ClientId;
        answer.Caller = caller?.ObjectId;
        answer.Tenant = subscription?.TenantId ?? caller?.TenantId;
        return Dressed(answer, exchange, caller).For(call);
    }

    // The order: version, syntax, existence (a token is not needed to be told 404, azure-wire §2), then the token.
    private Answer? Refusal(Exchange exchange, Caller? caller, AzureCall call, out Subscription? subscription)
    {
        subscription = null;
        if (ApiVersions.Check(exchange, call) is { } badVersion)
            return badVersion;
        if (exchange.Is(0, "subscriptions") && exchange.Segments.Length > 1)
        {
            var id = exchange.Segments[1];
            if (!Guid.TryParseExact(id, "D", out var guid))
                return ArmErrors.InvalidSubscription(id);
            lock (world.Gate)
                subscription = world.Store.Subscriptions.GetValueOrDefault(guid);
            if (subscription is null || !InCloud(exchange, subscription))
                return ArmErrors.SubscriptionNotFound(id);
        }
        var tenant = subscription?.TenantId;
        if (exchange.Header("Authorization") is null)
            return ArmErrors.NoToken(tenant);
        if (caller is null)
            return ArmErrors.InvalidToken(tenant);
        var now = EmulatorOptions.RealTime.GetUtcNow();
        if (caller.Expires <= now)
            return ArmErrors.ExpiredToken(tenant, caller.Expires, now);
        if (!exchange.Cloud.ArmAudiences.Contains(caller.Audience.TrimEnd('/'), StringComparer.OrdinalIgnoreCase))
            return ArmErrors.WrongAudience(tenant, caller.Audience, exchange.Cloud.ArmAudiences);
        // Azure Lighthouse: a token of the managing tenant is taken.
        if (tenant is { } right && right != caller.TenantId && !subscription!.ManagedByTenants.Contains(caller.TenantId))
            return ArmErrors.WrongTenant(caller.TenantId, right);
        return caller.ObjectId is null ? ArmErrors.TokenWithoutPrincipal(tenant) : null;
    }

    private Answer Draw(Exchange exchange, Caller caller, Subscription? subscription, AzureCall call)
    {
        var drawn = _buckets.Draw(subscription?.Id ?? caller.TenantId, caller.ObjectId!.Value);
        var answer = drawn.RetryAfter is { } seconds
            ? ArmErrors.Throttled(subscription?.Id, caller, seconds)
            : Dispatch(new ArmRequest(exchange, caller, subscription, call));
        return subscription is null
            ? answer.With("x-ms-ratelimit-remaining-tenant-reads", drawn.Remaining.ToString())
            : answer.With("x-ms-ratelimit-remaining-subscription-reads", drawn.Remaining.ToString())
                .With("x-ms-ratelimit-remaining-subscription-global-reads", drawn.GlobalRemaining.ToString());
    }

    private Answer Dispatch(ArmRequest request)
    {
        lock (world.Gate)
        {
            var access = new AccessRules(world.Store, options.Clock.GetUtcNow());
            return request.Call switch
            {
                AzureCall.GetSubscription => Subscriptions.Get(request, access, world),
                AzureCall.ListSubscriptions => Subscriptions.List(request, access, world, _lists),
                AzureCall.ListResourceGroups => ResourceGroups.List(request, access, world, _lists),
                AzureCall.GetResourceGroup => ResourceGroups.Get(request, access, world),
                AzureCall.ListRoleAssignments or AzureCall.ListOwnRoleAssignments => RoleAssignments.List(request, access, world, _lists),
                AzureCall.GetRoleAssignment => RoleAssignments.Get(request, access, world),
                AzureCall.ListRoleDefinitions or AzureCall.ListCustomRoleDefinitions => RoleDefinitions.List(request, access, world, _lists),
                AzureCall.GetRoleDefinition => RoleDefinitions.Get(request, access, world),
                AzureCall.ListPermissions => Permissions.List(request, access, world, _lists),
                AzureCall.GetManagementGroup => ManagementGroups.Get(request, access, world),
                _ => ArmErrors.NotFound(request.Exchange.Path),
            };
        }
    }

    private Caller? ReadToken(Exchange exchange) =>
        exchange.Header("Authorization") is { } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? TokenSigner.Read(header[7..]) : null;

    private bool InCloud(Exchange exchange, Subscription subscription)
    {
        lock (world.Gate)
        {
            // A tenant that the world does not hold was deleted; its subscriptions still name it.
            return !world.Store.Tenants.TryGetValue(subscription.TenantId, out var tenant) || tenant.Cloud == exchange.Cloud.Name;
        }
    }

    // azure-wire §3.1
    private Answer Dressed(Answer answer, Exchange exchange, Caller? caller)
    {
        var id = Guid.NewGuid();
        var now = options.Clock.GetUtcNow().UtcDateTime;
        answer
            .With("Cache-Control", "no-cache")
            .With("Pragma", "no-cache")
            .With("Expires", "-1")
            .With("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
            .With("X-Content-Type-Options", "nosniff")
            .With("X-Cache", "CONFIG_NOCACHE")
            .With("x-ms-request-id", id.ToString())
            .With("x-ms-correlation-request-id", Guid.TryParse(exchange.Header("x-ms-correlation-request-id"), out var given) ? given.ToString() : id.ToString())
            .With("x-ms-routing-request-id", $"WESTEUROPE:{now:yyyyMMdd'T'HHmmss'Z'}:{id}");
        if (caller is not null && ArmRoute.Of(exchange) >= AzureCall.ListRoleAssignments)
            answer.With("x-ms-operation-identifier", $"tenantId={caller.TenantId},objectId={caller.ObjectId}/westeurope/{Guid.NewGuid()}");
        return answer;
    }
}
