using MudBlazor;

namespace ImeiAgent.Client.Desktop.Shell;

/// <summary>Colours with a contrast of at least 4.5:1 for text (WCAG 2.2, 1.4.3), light and dark, and the machine's own fonts: nothing is fetched from elsewhere.</summary>
internal static class AppTheme
{
    private static readonly string[] s_fonts = ["system-ui", "Segoe UI", "Helvetica Neue", "sans-serif"];

    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1a4f9c",
            Secondary = "#7a2f6f",
            AppbarBackground = "#14294b",
            AppbarText = "#ffffff",
            Success = "#1a6b34",
            Info = "#0b5394",
            Warning = "#8a4b00",
            Error = "#b3261e",
            TextPrimary = "#1b1b1f",
            TextSecondary = "#46464f",
            TextDisabled = "#5c5c66",
            ActionDefault = "#46464f",
            ActionDisabled = "#5c5c66",
            GrayDefault = "#5c5c66",
            Background = "#f7f8fa",
            DrawerBackground = "#ffffff",
            DrawerText = "#1b1b1f",
            DrawerIcon = "#46464f",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#a8c7fa",
            PrimaryContrastText = "#062e6f",
            Secondary = "#e7b6dd",
            SecondaryContrastText = "#47133f",
            AppbarBackground = "#10203a",
            AppbarText = "#e8eaf0",
            Success = "#7bd88f",
            SuccessContrastText = "#00210b",
            Info = "#8ecaff",
            InfoContrastText = "#00233d",
            Warning = "#ffb95c",
            WarningContrastText = "#2b1700",
            Error = "#ffb4ab",
            ErrorContrastText = "#410002",
            TextPrimary = "#e5e5ea",
            TextSecondary = "#c5c6d0",
            TextDisabled = "#a3a4ae",
            ActionDefault = "#c5c6d0",
            ActionDisabled = "#a3a4ae",
            GrayDefault = "#a3a4ae",
            Background = "#121318",
            Surface = "#1c1d23",
            DrawerBackground = "#18191f",
            DrawerText = "#e5e5ea",
            DrawerIcon = "#c5c6d0",
        },
        Typography = new Typography { Default = new DefaultTypography { FontFamily = s_fonts }, Button = new ButtonTypography { FontFamily = s_fonts, TextTransform = "none" } },
    };
}
