using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Layer.Serving;

/// <summary>Renders a page: a component that is whole when it is sent, and finds what it shows in an injected <see cref="PageModel{T}"/>.</summary>
internal static class Page
{
    /// <param name="model">What it shows.</param>
    /// <param name="status">The HTTP status.</param>
    public static PageResult<TPage, TModel> Of<TPage, TModel>(TModel model, int status = StatusCodes.Status200OK)
        where TPage : IComponent
        where TModel : class => new(model, status);
}

/// <summary>What a page shows: components are public and what they show is not, so it comes by injection and not as a parameter.</summary>
internal sealed class PageModel<T>
    where T : class
{
    private T? _model;

    public T Model
    {
        get => _model ?? throw new InvalidOperationException($"No {typeof(T).Name} was given to this page.");
        set => _model = value;
    }
}

/// <summary>A page on its way to the browser.</summary>
internal sealed class PageResult<TPage, TModel>(TModel model, int status) : IResult
    where TPage : IComponent
    where TModel : class
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.RequestServices.GetRequiredService<PageModel<TModel>>().Model = model;
        return new RazorComponentResult<TPage> { StatusCode = status, PreventStreamingRendering = true }.ExecuteAsync(httpContext);
    }
}
