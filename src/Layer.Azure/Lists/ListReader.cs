using System.Globalization;
using Layer.Azure.Errors;
using Layer.Azure.Http;
using Layer.Azure.SignIn;
using Layer.Evidence;
using Layer.Evidence.Collecting;

namespace Layer.Azure.Lists;

/// <summary>Reads a list to its end: one page once, several pages until two readings agree (docs/evidence-format.md §4).</summary>
internal sealed class ListReader(AppSession session, IReadOnlyDictionary<string, string> facts)
{
    /// <summary>Pages are not a snapshot; a list that changes under this many readings is tried again later.</summary>
    public const int MostReadings = 4;

    public async Task<ListOutcome<T>> ReadAsync<T>(ArmList list, ReadItem<T> readItem, CancellationToken cancellationToken)
        where T : IListed
    {
        Reading<T>? before = null;
        for (var readings = 1; ; readings++)
        {
            var now = await ReadOnceAsync(list, readItem, cancellationToken);
            if (now.Failure is not null || (before is null && now.Pages.Count == 1) || (before is not null && before.AgreesWith(now)))
                return now.ToOutcome(list, readings, now.Failure);
            if (readings == MostReadings)
                return now.ToOutcome(list, readings, Failures.Of(AnswerErrors.ListMoved, ("list", list.Type), ("readings", Text(readings))));
            before = now;
        }
    }

    /// <summary>Reads an answer that is one object.</summary>
    public async Task<ObjectOutcome<T>> ReadObjectAsync<T>(ArmList call, ReadItem<T> read, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await session.GetAsync(call.First, cancellationToken);
        T? value = null;
        var failure = answer.IsSuccess ? null : answer.Failure ?? Failures.Refused(answer, call.Type, call.Action, facts);
        if (answer.IsSuccess)
        {
            try
            {
                value = ArmPage.ReadObject(answer.Body, read);
            }
            catch (MalformedAnswerException malformed)
            {
                failure = Malformed(call, answer, malformed);
            }
        }

        var rows = value is null ? 0 : 1;
        var reading = new ListReading(call.Type, call.Template, call.ApiVersion, call.Filter, [Failures.Page(answer, rows)], value is not null, rows, 0, 1, call.Argument);
        return new ObjectOutcome<T>(reading, value, answer, failure);
    }

    private async Task<Reading<T>> ReadOnceAsync<T>(ArmList list, ReadItem<T> readItem, CancellationToken cancellationToken)
        where T : IListed
    {
        var reading = new Reading<T>();
        var links = new NextLink(list.First);
        for (var uri = list.First; ;)
        {
            var answer = await session.GetAsync(uri, cancellationToken);
            if (!answer.IsSuccess)
            {
                reading.Add(answer, items: 0);
                reading.Failure = answer.Failure ?? Failures.Refused(answer, list.Type, list.Action, facts);
                return reading;
            }

            var link = reading.Read(list, answer, readItem);
            if (reading.Failure is not null || link is null)
                return reading;
            if (links.Refuse(link, out uri) is { } refusal)
            {
                reading.Ended = false;
                reading.Failure = Failures.Of(
                    refusal, ("list", list.Type), ("host", list.First.Host), ("nextLink", link), ("page", Text(reading.Pages.Count)),
                    ("requestId", answer.RequestId ?? "not named"));
                return reading;
            }
        }
    }

    private static Failure Malformed(ArmList list, Answer answer, MalformedAnswerException malformed) => Failures.Of(
        MicrosoftError.IsHtml(answer.Body) ? AnswerErrors.IsHtml : malformed.Entry, ("status", Text(answer.Status)), ("subscriptionFromAzure", "another one"), ("list", list.Type), ("reason", malformed.Message.TrimEnd('.')), ("host", answer.Uri.Host), ("requestId", answer.RequestId ?? "not named"));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class Reading<T>
        where T : IListed
    {
        private readonly Dictionary<string, Digest> _digests = new(StringComparer.Ordinal);
        private readonly List<T> _items = [];
        private readonly List<Answer> _answers = [];
        private int _rows;
        private int _duplicates;
        private bool _pageCameAgain;

        public List<PageReading> Pages { get; } = [];

        public bool Ended { get; set; }

        public Failure? Failure { get; set; }

        public string? Read(ArmList list, Answer answer, ReadItem<T> readItem)
        {
            var (rows, before) = (0, _items.Count);
            string? link = null;
            try
            {
                link = ArmPage.Read<T>(answer.Body, readItem, item =>
                {
                    rows++;
                    Add(list, item);
                });
                Ended = link is null;
            }
            catch (MalformedAnswerException malformed)
            {
                Failure = Malformed(list, answer, malformed);
            }

            // Rows move from page to page while a list changes; a whole page of known rows stands in the place of one that is missing.
            _pageCameAgain |= rows > 0 && Pages.Count > 0 && _items.Count == before;
            _rows += rows;
            Add(answer, rows);
            return link;
        }

        public void Add(Answer answer, int items)
        {
            _answers.Add(answer);
            Pages.Add(Failures.Page(answer, items));
        }

        public bool AgreesWith(Reading<T> other) =>
            !_pageCameAgain && !other._pageCameAgain && _digests.Count == other._digests.Count
            && _digests.All(row => other._digests.TryGetValue(row.Key, out var digest) && digest == row.Value);

        public ListOutcome<T> ToOutcome(ArmList list, int readings, Failure? failure) => new(
            new ListReading(list.Type, list.Template, list.ApiVersion, list.Filter, Pages, Ended && failure is null, _rows, _duplicates, readings, list.Argument),
            _items,
            [.. _answers.Zip(Pages).Where(p => p.First.Body is not null).Select(p => new SourcePage(list.Type, p.Second.Sha256!.Value, p.First.Body))],
            _answers, failure);

        private void Add(ArmList list, T item)
        {
            var key = item.Key ?? _items.Count.ToString(CultureInfo.InvariantCulture);
            if (_digests.TryAdd(key, item.Digest))
                _items.Add(item);
            else if (_digests[key] == item.Digest)
                _duplicates++;
            else
                Failure ??= Failures.Of(AnswerErrors.DuplicateDiffers, ("list", list.Type), ("id", key));
        }
    }
}
