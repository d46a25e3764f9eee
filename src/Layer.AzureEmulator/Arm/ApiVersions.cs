namespace Layer.AzureEmulator.Arm;

/// <summary>api-version is required and must be known (azure-wire §3.1). The lists of known ones hold what the recordings and clients use.</summary>
internal static class ApiVersions
{
    private static readonly string[] Resources =
    [
        "2014-04-01", "2015-01-01", "2015-11-01", "2016-02-01", "2016-06-01", "2016-07-01", "2016-09-01", "2017-05-10", "2017-08-01", "2018-01-01",
        "2018-02-01", "2018-05-01", "2018-06-01", "2019-05-01", "2019-06-01", "2019-11-01", "2020-01-01", "2020-06-01", "2020-10-01", "2021-01-01", "2021-04-01",
        "2022-09-01", "2022-12-01", "2024-03-01",
    ];

    private static readonly string[] Authorization =
    [
        "2015-07-01", "2018-01-01-preview", "2018-07-01", "2018-09-01-preview", "2020-04-01-preview", "2020-08-01-preview", "2020-10-01-preview", "2022-04-01",
    ];

    private static readonly string[] ManagementGroups = ["2018-03-01-preview", "2020-02-01", "2020-05-01", "2021-04-01"];

    public static Answer? Check(Exchange exchange, AzureCall call)
    {
        var version = exchange.Query("api-version");
        if (string.IsNullOrEmpty(version))
            return ArmErrors.MissingApiVersion();
        var known = call switch
        {
            AzureCall.Other => [version],
            AzureCall.GetManagementGroup => ManagementGroups,
            >= AzureCall.ListRoleAssignments and <= AzureCall.ListPermissions => Authorization,
            _ => Resources,
        };
        return known.Contains(version, StringComparer.OrdinalIgnoreCase) ? null : ArmErrors.InvalidApiVersion(version, known);
    }
}
