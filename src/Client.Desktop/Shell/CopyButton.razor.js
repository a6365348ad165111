// Whether the browser let it be copied: it may refuse, as without a click.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
