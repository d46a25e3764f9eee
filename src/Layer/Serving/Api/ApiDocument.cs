using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace Layer.Serving.Api;

/// <summary>The OpenAPI 3.1 document of <c>/v1</c>, made from the routes and what each says it takes.</summary>
internal static class ApiDocument
{
    public const string Name = "v1";

    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["top"] = "How many at most, 1 to 1000; without it 200.",
        ["skipToken"] = "Where the next page begins: from the nextLink of an answer.",
        ["day"] = "As of a UTC day, e.g. 2026-11-23; without it today.",
        ["fromDay"] = "The earlier UTC day, e.g. 2026-11-23.",
        ["toDay"] = "The later UTC day.",
        ["connection"] = "Of this connection only, by name.",
        ["privileged"] = "true: only what can change anything or give rights to others.",
        ["window"] = "UTC days as FROM..TO, TO not included, e.g. 2026-01-01..2027-01-01.",
        ["type"] = "Of this evidence type only.",
        ["criterion"] = "Supporting this criterion only, e.g. CC6.1.",
        ["size"] = "The size of a signed checkpoint; without it the newest.",
        ["from"] = "The size of the older signed checkpoint.",
        ["to"] = "The size of the newer signed checkpoint; without it the newest.",
        ["name"] = "What people call the connection, up to 100 characters.",
        ["subscriptionId"] = "The subscription to read.",
        ["tenantId"] = "Its tenant; found by itself when it is missing.",
        ["clientId"] = "Application (client) ID of the app registration.",
        ["cloud"] = "public, us-government or china; without it public.",
        ["secret"] = "The value of a client secret. It is in no answer.",
        ["certificatePath"] = "Instead of a secret: a certificate file on the server.",
        ["federatedTokenFile"] = "Instead of a secret: a token file on the server.",
        ["managedIdentity"] = "Instead of a secret: true for a managed identity of the server.",
        ["credential"] = "Instead of a sign-in: an app registration that is stored, by name.",
        ["wait"] = "How long a role may take to spread, e.g. 30m; without it half an hour.",
        ["saveAnyway"] = "true: saved although a needed check fails.",
        ["paused"] = "true pauses, with a reason; false resumes.",
        ["reason"] = "Why, in 1 to 500 characters. It is sealed, and auditors read it.",
        ["goneBy"] = "Who states that Azure no longer has the subscription: nothing is expected of it from today on. Without it the connection ends by your decision.",
        ["in"] = "Subscriptions that the audit covers: ids, or names as the window shows them.",
        ["out"] = "Subscriptions that it does not cover, each as SUBSCRIPTION=REASON.",
        ["allConnected"] = "true: it covers every connected subscription that is not out.",
        ["checkpoint"] = "Lead to the signed checkpoint of this size.",
        ["record"] = "An evidence record, by index or id.",
        ["leaf"] = "Instead of a record any log entry, by index.",
        ["observation"] = "One object of the record, by its ARM id.",
        ["population"] = "day:DATE, window-additions, window-removals or days.",
        ["n"] = "How many to draw.",
        ["seed"] = "A text of the auditor's choosing: it draws the same sample again.",
        ["by"] = "Whose word it is: of a sample who gave the seed, of a scope who answers for it.",
        ["method"] = "random, every-kth or privileged.",
        ["raw"] = "true: with the kept pages of Azure's own answers.",
        ["names"] = "true: with the names of principals, as far as they were looked up.",
    };

    private static readonly string[] Lists = ["in", "out"];

    private static readonly string[] Flags = ["allConnected", "managedIdentity", "saveAnyway", "paused", "raw", "names"];

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddEndpointsApiExplorer().AddOpenApi(Name, document =>
    {
        document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        document.ShouldInclude = description => description.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) == true && description.ActionDescriptor.EndpointMetadata.OfType<ApiCall>().Any();
        document.AddOperationTransformer((operation, context, _) =>
        {
            // /v1/connections/{id} is about connections.
            operation.Tags = new HashSet<OpenApiTagReference> { new(context.Description.RelativePath!.Split('/')[1], context.Document) };
            var call = context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiCall>().First();
            Describe(operation, call, call.NeedsMatch || context.Description.HttpMethod is "PATCH" or "DELETE");
            return Task.CompletedTask;
        });
        document.AddDocumentTransformer((made, _, _) =>
        {
            made.Info = new OpenApiInfo { Title = "Layer", Version = Name, Description = "Lists are {\"count\":…,\"value\":[…],\"nextLink\":…}. Errors are RFC 9457 problems with code, do and fix. Times are UTC." };
            made.Servers = [];
            made.Tags = made.Paths.Keys.Select(path => path.Split('/')[2]).Distinct(StringComparer.Ordinal).Select(tag => new OpenApiTag { Name = tag }).ToHashSet();
            made.Components ??= new OpenApiComponents();
            made.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token, lyr_…, of Settings → Tokens." },
            };
            made.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", made)] = [] }];
            return Task.CompletedTask;
        });
    });

    private static void Describe(OpenApiOperation operation, ApiCall call, bool changes)
    {
        operation.Summary = call.Summary;
        operation.Parameters ??= [];
        foreach (var name in call.Query)
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = Meanings[name], Schema = SchemaOf(name) });
        if (changes)
            operation.Parameters.Add(new OpenApiParameter { Name = "If-Match", In = ParameterLocation.Header, Required = true, Description = "The ETag that was read.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
        operation.RequestBody = call.Body.Length == 0 ? null : new OpenApiRequestBody
        {
            Content = Json(new OpenApiSchema
            {
                Type = JsonSchemaType.Object, AdditionalPropertiesAllowed = false,
                Properties = call.Body.ToDictionary(name => name, name => (IOpenApiSchema)SchemaOf(name, Meanings[name]), StringComparer.Ordinal),
            }),
        };
        var anything = new OpenApiSchema { Type = JsonSchemaType.Object };
        operation.Responses = new OpenApiResponses
        {
            [call.Answer switch { ApiAnswerKind.Operation => "202", ApiAnswerKind.Made => "201", _ => "200" }] = new OpenApiResponse
            {
                Description = call.Answer switch { ApiAnswerKind.List => "A page.", ApiAnswerKind.Operation => "It has begun; Location leads to the operation.", _ => "What was asked for." },
                Content = call.Answer switch
                {
                    ApiAnswerKind.List => Json(new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object, Required = new HashSet<string>(StringComparer.Ordinal) { "value", "nextLink" },
                        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                        {
                            ["value"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = anything }, ["nextLink"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null },
                        },
                    }),
                    ApiAnswerKind.Text => Of("text/plain"),
                    ApiAnswerKind.File => Of("application/zip"),
                    ApiAnswerKind.Events => Of("text/event-stream"),
                    _ => Json(anything),
                },
            },
            ["default"] = new OpenApiResponse
            {
                Description = "A problem.",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Examples = [JsonNode.Parse("""{"code":"NO_READER","title":"…","status":409,"do":["…"],"fix":[{"kind":"az","text":"az role assignment create …"}]}""")!] } },
                },
            },
        };
    }

    private static OpenApiSchema SchemaOf(string name, string? description = null) => new()
    {
        Description = description,
        Items = Lists.Contains(name, StringComparer.Ordinal) ? new OpenApiSchema { Type = JsonSchemaType.String } : null,
        Type = Lists.Contains(name, StringComparer.Ordinal) ? JsonSchemaType.Array : Flags.Contains(name, StringComparer.Ordinal) || name == "privileged" ? JsonSchemaType.Boolean : name is "top" or "size" or "from" or "to" or "n" or "checkpoint" or "leaf" ? JsonSchemaType.Integer : JsonSchemaType.String,
    };

    private static Dictionary<string, OpenApiMediaType> Json(OpenApiSchema schema) => new(StringComparer.Ordinal) { ["application/json"] = new OpenApiMediaType { Schema = schema } };

    private static Dictionary<string, OpenApiMediaType> Of(string type) => new(StringComparer.Ordinal) { [type] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } } };
}
