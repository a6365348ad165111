// Opens the print dialogue of the window.
export function print() {
  window.print();
}

// Saves a file of this program. Returns null, or why there is none: the program's sentence, or an empty text when it broke off.
export async function save(address) {
  let answer, bytes;
  try {
    answer = await fetch(address);
    if (!answer.ok)
      return await answer.text();
    bytes = await answer.blob();
  } catch {
    return "";
  }
  const name = /filename="?([^";]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "receipt.pdf";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  // The browser has taken the bytes by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  return null;
}
