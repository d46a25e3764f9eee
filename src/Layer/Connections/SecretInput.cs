using Layer.Cli;
using Layer.Secrets;

namespace Layer.Connections;

/// <summary>Secrets come from a file, standard input or a hidden prompt; never from an argument.</summary>
internal static class SecretInput
{
    /// <summary>Reads a file, or standard input for <c>-</c>; null without a path.</summary>
    public static SecretText? Read(string? path)
    {
        if (path is null)
            return null;
        using var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        return InputSource.ReadSecret(stream);
    }

    public static SecretText Ask(Terminal terminal, string question)
    {
        terminal.Error.Write($"  {question}: ");
        var typed = new List<char>();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace && typed.Count > 0)
                typed.RemoveAt(typed.Count - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Add(key.KeyChar);
        }

        terminal.Say();
        var secret = SecretText.From(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(typed));
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(typed).Clear();
        return secret;
    }
}
