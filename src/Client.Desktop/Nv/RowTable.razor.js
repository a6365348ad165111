// Keys of a table whose rows exist only while they are in sight.
const rowButton = row => row?.querySelector?.('.row-open');

function firstInSight(scroll) {
  const top = scroll.getBoundingClientRect().top + scroll.querySelector('thead').offsetHeight;
  return [...scroll.querySelectorAll('tbody tr[aria-rowindex]')].find(row => row.getBoundingClientRect().top >= top - 1);
}

export function attach(scroll) {
  scroll.addEventListener('keydown', event => {
    const row = event.target.closest?.('tbody tr');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const next = !row ? firstInSight(scroll) : event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
      if (row && event.key === 'ArrowUp' && row.getAttribute('aria-rowindex') === '2')
        scroll.focus();
      else
        rowButton(next)?.focus();
    } else if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      scroll.focus({ preventScroll: true }); // The row goes out of sight, and with it would go the focus.
      scroll.scrollTop = event.key === 'Home' ? 0 : scroll.scrollHeight; // At once: rows that are drawn meanwhile break off a smooth scroll.
    } else if (row && (event.key === 'PageDown' || event.key === 'PageUp')) {
      scroll.focus({ preventScroll: true });
    }
  });
}

export function show(scroll, row, height, focus) {
  const head = scroll.querySelector('thead').offsetHeight;
  const above = row * height, room = scroll.clientHeight - head;
  if (above < scroll.scrollTop || above + height > scroll.scrollTop + room)
    scroll.scrollTop = row === 0 ? 0 : Math.max(0, above - room / 3);
  if (!focus)
    return;
  scroll.focus({ preventScroll: true });
  const find = tries => {
    const button = rowButton(scroll.querySelector(`tr[aria-rowindex="${row + 2}"]`));
    if (button)
      button.focus();
    else if (tries > 0)
      requestAnimationFrame(() => find(tries - 1)); // It is being drawn.
  };
  find(30);
}
