using Layer.Evidence.Observations;

namespace Layer.Evidence.Collecting;

/// <summary>What an app registration could see, asked beside a collection and never part of it: a list that could not be read is unknown, never empty, and fails nothing.</summary>
/// <param name="Observation">The list, as <see cref="ObservationType.VisibleSubscriptions"/>; null exactly when <paramref name="Failure"/> is not.</param>
/// <param name="Count">How many subscriptions it holds; 0 when it is not known.</param>
/// <param name="Observed">The source's Date of its first and last answer; null when no answer carried one.</param>
/// <param name="Failure">Why it is not known.</param>
public sealed record VisibleList(Observation? Observation, int Count, ObservedInterval? Observed, Failure? Failure);
