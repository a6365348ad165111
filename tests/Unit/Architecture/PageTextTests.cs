using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Xunit;

namespace ImeiAgent.Unit.Architecture;

/// <summary>What the desktop's pages say stands in the *Texts.resx of their room.</summary>
public sealed partial class PageTextTests
{
    // Names, which are the same in every language.
    private static readonly string[] s_names = ["ImeiAgent", "imei-agent pair --role technician --name bench-3", "pcapng"];

    private static readonly Dictionary<short, OpCode> s_codes = typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void No_page_has_a_text_of_its_own()
    {
        (string Component, string Text)[] texts =
        [
            .. from component in Assembly.Load(new AssemblyName("imei-desktop")).GetTypes()
               where typeof(IComponent).IsAssignableFrom(component)
               from type in (Type[])[component, .. component.GetNestedTypes(BindingFlags.NonPublic)]
               from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
               from text in TextsOf(method)
               select (component.Name, text),
        ];
        Assert.Contains(("PairPage", "imei-agent pair --role technician --name bench-3"), texts); // It finds what there is.

        string[] guilty = [.. texts.Where(one => !s_names.Contains(one.Text)).Select(one => $"{one.Component}: {one.Text}")];

        Assert.True(guilty.Length == 0, $"A text that a person reads stands in the resx of its room: {string.Join("; ", guilty)}");
    }

    [Fact]
    public void No_label_of_a_page_is_a_text_of_its_own()
    {
        string folder = Path.Combine(ArrowTests.SourceDirectory(), "Client.Desktop");
        string[] files = Directory.GetFiles(folder, "*.razor", SearchOption.AllDirectories);
        Assert.NotEmpty(files);

        string[] guilty =
        [
            .. from file in files
               from Match label in Labels().Matches(File.ReadAllText(file))
               where !s_names.Contains(label.Groups[1].Value)
               select $"{Path.GetRelativePath(folder, file)}: {label.Value}",
        ];

        Assert.True(guilty.Length == 0, $"A label that a person reads or hears stands in the resx of its room: {string.Join("; ", guilty)}");
    }

    [Theory]
    [InlineData("""<MudTextField Label="Name" />""", true)]
    [InlineData("""<canvas aria-label="The items" />""", true)]
    [InlineData("""<MudTextField Label="@ShellTexts.PairName" Placeholder="2026-11-24" data-label="x" Title="@title" />""", false)]
    public void A_label_with_letters_of_its_own_is_found(string markup, bool isFound) => Assert.Equal(isFound, Labels().IsMatch(markup));

    // Literals that are handed to the page as they are: what the compiler made of the text between tags, without the tags.
    private static IEnumerable<string> TextsOf(MethodInfo method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            yield break;
        List<string> literals = [];
        for (int at = 0; at < code.Length;)
        {
            short value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            OpCode one = s_codes[value];
            at += one.Size;
            if (one == OpCodes.Ldstr)
            {
                literals.Add(method.Module.ResolveString(BitConverter.ToInt32(code, at)));
            }
            else if (one.OperandType == OperandType.InlineMethod)
            {
                MethodBase? called = method.Module.ResolveMethod(BitConverter.ToInt32(code, at), method.DeclaringType!.GetGenericArguments(), method.GetGenericArguments());
                if (called?.DeclaringType == typeof(RenderTreeBuilder) && called.Name is nameof(RenderTreeBuilder.AddContent) or nameof(RenderTreeBuilder.AddMarkupContent))
                    foreach (string text in literals.SelectMany(literal => Tags().Split(literal)).Select(text => text.Trim()).Where(text => text.Any(char.IsLetter)))
                        yield return text;
                literals.Clear();
            }
            at += one.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex("""(?<![\w-])(?:Label|AriaLabel|aria-label|aria-description|aria-roledescription|aria-valuetext|[tT]itle|[pP]laceholder|HelperText|Text|alt)="([^"@]*\p{L}[^"@]*)["@]""")]
    private static partial Regex Labels();
}
