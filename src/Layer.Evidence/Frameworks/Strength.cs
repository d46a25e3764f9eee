namespace Layer.Evidence.Frameworks;

/// <summary>How far a record supports a point of focus. None of them means sufficient, effective or met.</summary>
public enum Strength
{
    /// <summary>The record itself shows the fact named.</summary>
    Direct,

    /// <summary>The record is part of what an auditor needs; the rest lies elsewhere and is named.</summary>
    Supporting,

    /// <summary>The record helps to plan a test and proves nothing about the point of focus.</summary>
    Context,
}
