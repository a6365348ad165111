using System.Globalization;
using ImeiAgent.Desktop.Bench;
using ImeiAgent.V1;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ImeiAgent.Desktop.Backups;

/// <summary>What tests look for on a job's page.</summary>
internal static class JobPages
{
    extension(AppWindowPage window)
    {
        /// <summary>State, phone, numbers and notes.</summary>
        public ILocator Facts => window.Page.Locator(".job-facts");

        /// <summary>How the job ended.</summary>
        public ILocator Outcome => window.Page.Locator(".job-outcome");

        /// <summary>The picture of a SIM, with its legend and the chosen item.</summary>
        public ILocator Map(int slot) => window.Page.Locator($".range-map[data-slot='{slot}']");

        /// <summary>Waits until the picture of a SIM listens to keys and clicks.</summary>
        public Task DrawnAsync(int slot) => Expect(window.Map(slot).Locator("canvas[data-ready]")).ToBeVisibleAsync();

        /// <summary>Waits until the picture of a SIM is drawn so many times larger than with all items in sight.</summary>
        public Task ZoomsToAsync(int slot, string zoom) => Expect(window.Map(slot).Locator("canvas")).ToHaveAttributeAsync("data-zoom", zoom);

        /// <summary>The number in a row of the legend.</summary>
        public ILocator Count(int slot, string state) => window.Map(slot).Locator($"tr[data-state='{state}'] [data-count]");

        /// <summary>The same as a number.</summary>
        public async Task<int> CountAsync(int slot, string state) =>
            int.Parse((await window.Count(slot, state).GetAttributeAsync("data-count"))!, CultureInfo.InvariantCulture);

        /// <summary>The colour that is drawn of an item while all items are shown, as in "26,79,156". Nothing is drawn where nobody looks.</summary>
        public async Task<string> ColourAsync(int slot, int item)
        {
            await window.Map(slot).Locator("canvas").ScrollIntoViewIfNeededAsync();
            return await window.Map(slot).Locator("canvas").EvaluateAsync<string>(
            """
            (canvas, item) => {
              const cell = canvas.width / 256;
              return [...canvas.getContext('2d').getImageData((item % 256 + .5) * cell, (Math.floor(item / 256) + .5) * cell, 1, 1).data].slice(0, 3).join(',');
            }
            """, item);
        }

        /// <summary>Waits until the page says that so many items were read at least.</summary>
        public async Task HasReadAsync(int items)
        {
            await Expect(window.Facts.Locator("[data-done]")).ToBeVisibleAsync();
            await window.Page.WaitForFunctionAsync("items => +document.querySelector('.job-facts [data-done]').dataset.done >= items", items);
        }

        /// <summary>How many items were read, as the page says now.</summary>
        public async Task<int> DoneAsync() =>
            int.Parse((await window.Facts.Locator("[data-done]").GetAttributeAsync("data-done"))!, CultureInfo.InvariantCulture);

        /// <summary>Chooses the other theme.</summary>
        public Task TurnDarkAsync() => window.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();
    }

    /// <summary>Asks for the first so many items of a SIM or both.</summary>
    public static StartDumpRequest First(uint items, string device, params uint[] slots) => new()
    {
        Device = device,
        Ranges = { new NvRange { First = 0, Last = items - 1 } },
        Slots = { slots.Length == 0 ? [1] : slots },
        SaveSnapshot = true,
    };
}
