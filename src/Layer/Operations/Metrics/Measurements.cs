using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Layer.Azure;
using Layer.Ledger;

namespace Layer.Operations.Metrics;

/// <summary>Adds up what this process counts, for as long as it runs. Labels are codes, hosts and states: their number is bounded, and none is an id.</summary>
internal sealed class Measurements : IDisposable
{
    // Seconds; a sync takes half a second, and one that waits for Azure some minutes.
    private static readonly double[] Bounds = [0.5, 1, 2, 5, 10, 30, 60, 300, 900];

    private readonly MeterListener _listener = new();
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (string Help, SortedDictionary<string, double> Values)> _counters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (string Help, long[] Buckets, double Sum)> _histograms = new(StringComparer.Ordinal);

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is LedgerMeter.Name or AzureConnector.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Take(instrument, value, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Take(instrument, value, labels));
        _listener.Start();
    }

    public void Write(MetricsText text)
    {
        lock (_lock)
        {
            foreach (var (name, (help, values)) in _counters)
            {
                text.Begin(name, "counter", help);
                foreach (var (labels, value) in values)
                    text.Add(name, labels, value);
            }

            foreach (var (name, (help, buckets, sum)) in _histograms)
            {
                text.Begin(name, "histogram", help);
                var count = 0L;
                for (var i = 0; i < buckets.Length; i++)
                    text.Add($"{name}_bucket", $"le=\"{(i < Bounds.Length ? Bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf")}\"", count += buckets[i]);
                text.Add($"{name}_sum", "", sum);
                text.Add($"{name}_count", "", count);
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        lock (_lock)
        {
            if (instrument is Histogram<double>)
            {
                var (help, buckets, sum) = _histograms.GetValueOrDefault(instrument.Name, (instrument.Description ?? "", new long[Bounds.Length + 1], 0));
                var place = Array.FindIndex(Bounds, bound => value <= bound);
                buckets[place < 0 ? Bounds.Length : place]++;
                _histograms[instrument.Name] = (help, buckets, sum + value);
                return;
            }

            if (!_counters.TryGetValue(instrument.Name, out var counter))
                _counters.Add(instrument.Name, counter = (instrument.Description ?? "", new SortedDictionary<string, double>(StringComparer.Ordinal)));
            var key = MetricsText.Labels(labels);
            counter.Values[key] = counter.Values.GetValueOrDefault(key) + value;
        }
    }
}

/// <summary>Text in the exposition format of Prometheus, version 0.0.4.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    public static string Labels(params ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape($"{value}")).Append('"');
        return text.ToString();
    }

    public void Begin(string name, string type, string help) => _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    public void Add(string name, string labels, double value) =>
        _text.Append(name).Append(labels.Length == 0 ? "" : $"{{{labels}}}").Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

    public override string ToString() => _text.ToString();

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
