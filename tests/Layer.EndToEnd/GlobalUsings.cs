global using Layer.Tests;
global using Xunit;
