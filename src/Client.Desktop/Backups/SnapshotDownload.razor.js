// Fetches a file and gives it to the person. Returns null, or why there is none instead of a broken file: the program's sentence, or an empty text when it broke off.
export async function fetchFile(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok)
      return await answer.text() || `${answer.status}`;
    const file = URL.createObjectURL(await answer.blob());
    const link = document.createElement('a');
    link.href = file;
    link.download = /filename="?([^";]+)/.exec(answer.headers.get('content-disposition'))?.[1] ?? '';
    link.click();
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
    return null;
  } catch {
    return '';
  }
}
