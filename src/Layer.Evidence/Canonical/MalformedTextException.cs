namespace Layer.Evidence.Canonical;

/// <summary>Text or JSON from outside that has no canonical form: a lone surrogate, a duplicate property, a number out of the profile.</summary>
public sealed class MalformedTextException(string message) : FormatException(message);
