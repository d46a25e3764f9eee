using Layer.Operations;
using Microsoft.AspNetCore.Antiforgery;

namespace Layer.Serving;

/// <summary>Takes what pages send only with the token that the page was given. Programs send a bearer token instead, which no other site can make a browser send.</summary>
internal static class FormGuard
{
    public static IApplicationBuilder UseFormGuard(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && !ForPrograms(http))
        {
            try
            {
                await http.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(http);
            }
            catch (AntiforgeryValidationException)
            {
                throw new RefusedException("FORM_EXPIRED");
            }
        }

        await next(http);
    });

    public static bool ForPrograms(HttpContext http) => http.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal);
}
