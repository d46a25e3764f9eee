using Layer.Benchmarks;

return args switch
{
    ["floor", var tenantId, var subscriptionId, var clientId, var clientSecret] => await Floor.RunAsync(tenantId, subscriptionId, clientId, clientSecret),
    [] => Math.Max(await SyncBenchmark.RunAsync(), LogBenchmark.Run()),
    ["sync"] => await SyncBenchmark.RunAsync(),
    ["log"] => LogBenchmark.Run(),
    ["audit"] => await AuditBenchmark.RunAsync(),
    ["pages"] => await PagesBenchmark.RunAsync(),
    ["audit-year", var folder] => await AuditYear.RunAsync(folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Layer.Benchmarks [sync|log|audit|pages|audit-year FOLDER]");
    return 64;
}
