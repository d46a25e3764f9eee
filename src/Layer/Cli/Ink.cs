namespace Layer.Cli;

/// <summary>What a piece of text means; colour is only ever added to a word or sign that says the same.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Quiet,
    Accent,
    Good,
    Caution,
    Bad,
}

/// <summary>Colours text for one stream, or leaves it alone.</summary>
internal sealed class Ink(bool coloured)
{
    private const string Reset = "\e[0m";

    public bool Coloured { get; } = coloured;

    // The sixteen colours follow the person's own theme, so that they are readable on light and dark.
    public string Paint(string text, Tone tone) => !Coloured || text.Length == 0 ? text : tone switch
    {
        Tone.Strong => $"\e[1m{text}{Reset}",
        Tone.Quiet => $"\e[2m{text}{Reset}",
        Tone.Accent => $"\e[36m{text}{Reset}",
        Tone.Good => $"\e[32m{text}{Reset}",
        Tone.Caution => $"\e[33m{text}{Reset}",
        Tone.Bad => $"\e[31m{text}{Reset}",
        _ => text,
    };

    public string Strong(string text) => Paint(text, Tone.Strong);

    public string Quiet(string text) => Paint(text, Tone.Quiet);

    public string Accent(string text) => Paint(text, Tone.Accent);

    public string Good(string text) => Paint(text, Tone.Good);

    public string Caution(string text) => Paint(text, Tone.Caution);

    public string Bad(string text) => Paint(text, Tone.Bad);
}
