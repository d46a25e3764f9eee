using Layer.Benchmarks;

return args switch
{
    ["floor", var tenantId, var subscriptionId, var clientId, var clientSecret] => await Floor.RunAsync(tenantId, subscriptionId, clientId, clientSecret),
    [] => Math.Max(await SyncBenchmark.RunAsync(), LogBenchmark.Run()),
    ["sync"] => await SyncBenchmark.RunAsync(),
    ["log"] => LogBenchmark.Run(),
    ["audit"] => await AuditBenchmark.RunAsync(),
    ["warm"] => await WarmBenchmark.RunAsync(),
    ["warm-child", var tenantId, var subscriptionId, var clientId, var clientSecret] => await WarmBenchmark.RunChildAsync(tenantId, subscriptionId, clientId, clientSecret),
    ["script"] => await ScriptBenchmark.RunAsync(),
    ["fleet"] => await FleetBenchmark.RunAsync(1_000),
    ["fleet", "--full"] => await FleetBenchmark.RunAsync(10_000),
    ["fleet", var count] when int.TryParse(count, out var subscriptions) => await FleetBenchmark.RunAsync(subscriptions),
    ["pages"] => await PagesBenchmark.RunAsync(),
    ["audit-year", var folder] => await AuditYear.RunAsync(folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Layer.Benchmarks [sync|warm|script|fleet [--full]|log|audit|pages|audit-year FOLDER]");
    return 64;
}
