using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Layer.Azure.Errors;
using Layer.Evidence.Errors;

namespace Layer.Azure.Http;

/// <summary>Sends a request and reads the answer to its end; tries again what passes by itself.</summary>
/// <remarks>It does not throw for what Azure or the network says: an <see cref="Answer"/> holds it, so that five calls in parallel each tell their own end.</remarks>
internal sealed class Rest(HttpPipeline pipeline, Peers peers, AzureConnectorOptions options)
{
    public Task<Answer> GetAsync(Uri uri, CancellationToken cancellationToken) => SendAsync(RequestMethod.Get, uri, default, cancellationToken);

    /// <summary>For the one POST there is, Graph's getByIds, which changes nothing either.</summary>
    public Task<Answer> PostAsync(Uri uri, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) => SendAsync(RequestMethod.Post, uri, json, cancellationToken);

    private async Task<Answer> SendAsync(RequestMethod method, Uri uri, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var started = options.Clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            using var deadline = new CancellationTokenSource(Left(started), options.Clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            Answer answer;
            try
            {
                answer = (await SendOnceAsync(method, uri, json, either.Token)) with { Elapsed = options.Clock.GetElapsedTime(started) };
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested) // our deadline, or one inside the libraries: nothing came
            {
                return new Answer(uri)
                {
                    Failure = Unreachable.TimedOut(uri, peers, options.CallDeadline),
                    Elapsed = options.Clock.GetElapsedTime(started),
                };
            }

            if (!(Retrying.IsTransient(answer.Status) || IsLost(answer)))
                return answer;
            var delay = Retrying.Delay(attempt, options.FirstDelay, answer.RetryAfter);
            if (attempt >= options.Attempts || delay >= Left(started))
                return answer;
            if (answer.Status == 429)
                AzureMeter.ThrottleWait.Add(delay.TotalSeconds);
            await Task.Delay(delay, options.Clock, cancellationToken);
        }
    }

    private TimeSpan Left(long started)
    {
        var left = options.CallDeadline - options.Clock.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static bool IsLost(Answer answer) => answer.Failure is { } failure && AzureErrors.Get(failure.Code) is { Persistence: Persistence.Transient };

    private async Task<Answer> SendOnceAsync(RequestMethod method, Uri uri, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        message.BufferResponse = false;
        message.Request.Method = method;
        message.Request.Uri.Reset(uri);
        message.Request.Headers.Add("Accept", "application/json");
        message.Request.Headers.Add("Accept-Encoding", "gzip");
        if (method == RequestMethod.Post)
        {
            message.Request.Content = RequestContent.Create(json);
            message.Request.Headers.Add("Content-Type", "application/json");
        }

        try
        {
            await pipeline.SendAsync(message, cancellationToken);
        }
        catch (RequestFailedException lost) when (Unreachable.Find(lost, uri, peers) is { } failure)
        {
            return new Answer(uri) { Failure = failure };
        }

        var response = message.Response;
        var now = options.Clock.GetUtcNow();
        var date = HttpDate.Find(Header(response, "Date"));
        var answer = new Answer(uri)
        {
            Status = response.Status,
            Date = date,
            ReceivedAt = now,
            RequestId = Header(response, "x-ms-request-id"),
            CorrelationId = Header(response, "x-ms-correlation-request-id"),
            Challenge = Header(response, "WWW-Authenticate"),
            RetryAfter = Retrying.ReadRetryAfter(Header(response, "Retry-After"), date, now),
        };
        return await ReadBodyAsync(answer, response, cancellationToken);
    }

    private async Task<Answer> ReadBodyAsync(Answer answer, Response response, CancellationToken cancellationToken)
    {
        try
        {
            var length = long.TryParse(Header(response, "Content-Length"), NumberStyles.None, null, out var promised) ? promised : (long?)null;
            var body = await BodyReader.ReadAsync(response.ContentStream ?? Stream.Null, length, Header(response, "Content-Encoding"), cancellationToken);
            return answer with { Body = body };
        }
        catch (BodyTooLargeException)
        {
            return answer with { Failure = Unreachable.Of(AnswerErrors.TooLarge, answer.Uri, peers) };
        }
        catch (Exception cut) when (cut is IOException or InvalidDataException or HttpRequestException or RequestFailedException)
        {
            return answer with { Failure = Unreachable.Of(AnswerErrors.Truncated, answer.Uri, peers) };
        }
    }

    private static string? Header(Response response, string name) => response.Headers.TryGetValue(name, out var value) ? value : null;
}
