using Layer.Benchmarks;

return args switch
{
    ["floor", var tenantId, var subscriptionId, var clientId, var clientSecret] => await Floor.RunAsync(tenantId, subscriptionId, clientId, clientSecret),
    [] => await SyncBenchmark.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Layer.Benchmarks (no arguments)");
    return 64;
}
