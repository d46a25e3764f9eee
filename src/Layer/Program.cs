using Layer;
using Layer.Cli;

using var interruption = new Interruption();
return await new LayerApp(Terminal.OfThisProcess(), TimeProvider.System).RunAsync(args, interruption.Token);
