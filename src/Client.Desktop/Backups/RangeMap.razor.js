// The 65,536 items of one SIM as a picture: a square of 256 by 256, a row is 256 items. Drawn here; what the states mean is known elsewhere.
const side = 256, most = 32, markFrom = 9, numberFrom = 44;

export const create = (canvas, host, look) => new RangeMap(canvas, host, look);

class RangeMap {
  cells = new Uint8Array(side * side);
  image = new ImageData(side, side);
  pixels = new Uint32Array(this.image.data.buffer);
  sheet = document.createElement('canvas');
  zoom = 1;
  left = 0;
  top = 0;
  item = 0;
  ends = new AbortController();

  constructor(canvas, host, look) {
    [this.canvas, this.host] = [canvas, host];
    this.context = canvas.getContext('2d', { alpha: false });
    this.sheet.width = this.sheet.height = side;
    const on = (target, name, what, more) => target.addEventListener(name, what, { signal: this.ends.signal, ...more });
    on(canvas, 'keydown', event => this.onKey(event));
    on(canvas, 'wheel', event => this.onWheel(event), { passive: false });
    on(canvas, 'pointerdown', event => this.onDown(event));
    on(canvas, 'pointermove', event => this.onMove(event));
    on(canvas, 'pointerup', event => this.onUp(event));
    on(canvas, 'focus', () => this.draw());
    on(canvas, 'blur', () => this.draw());
    on(document, 'visibilitychange', () => this.tellSight());
    this.sights = new IntersectionObserver(([sight]) => this.tellSight(this.isOnScreen = sight.isIntersecting));
    this.sights.observe(canvas);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(canvas);
    this.recolour(look);
    canvas.dataset.ready = 'true';
  }

  // Rows that changed: the row's number and its 256 states, one row behind the other.
  apply(rows) {
    for (let at = 0; at < rows.length; at += side + 1) {
      const first = rows[at] * side;
      this.cells.set(rows.subarray(at + 1, at + 1 + side), first);
      for (let item = first; item < first + side; item++)
        this.pixels[item] = this.inks[this.cells[item]];
    }
    this.sheet.getContext('2d').putImageData(this.image, 0, 0);
    this.draw();
  }

  recolour(look) {
    this.look = look;
    this.marks = look.strokes.map(stroke => new Path2D(stroke));
    this.inks = look.cells.map(colour => {
      const value = parseInt(colour.slice(1), 16);
      return (0xff000000 | (value & 0xff) << 16 | value & 0xff00 | value >> 16) >>> 0; // ABGR, as the bytes lie.
    });
    this.cells.forEach((state, item) => this.pixels[item] = this.inks[state]);
    this.sheet.getContext('2d').putImageData(this.image, 0, 0);
    this.draw();
  }

  // Steps are doublings; the chosen item stays where it is seen.
  zoomBy(steps) {
    const [x, y] = [this.item % side, Math.floor(this.item / side)], before = side / this.zoom;
    const [shareX, shareY] = [(x + .5 - this.left) / before, (y + .5 - this.top) / before];
    const isSeen = shareX >= 0 && shareX <= 1 && shareY >= 0 && shareY <= 1;
    this.zoom = Math.min(most, Math.max(1, this.zoom * 2 ** steps));
    const now = side / this.zoom;
    this.moveTo(x + .5 - now * (isSeen ? shareX : .5), y + .5 - now * (isSeen ? shareY : .5));
  }

  // Chooses an item and goes there.
  show(item, zoom) {
    this.zoom = Math.max(this.zoom, zoom);
    this.choose(item, true);
  }

  choose(item, centre) {
    this.item = Math.min(side * side - 1, Math.max(0, item));
    const [x, y] = [this.item % side, Math.floor(this.item / side)], seen = side / this.zoom;
    const keep = (first, at) => centre ? at + .5 - seen / 2 : Math.min(Math.max(first, at + 1 - seen), at);
    this.moveTo(keep(this.left, x), keep(this.top, y));
    this.tellItem();
  }

  moveTo(left, top) {
    const last = side - side / this.zoom;
    [this.left, this.top] = [Math.min(last, Math.max(0, left)), Math.min(last, Math.max(0, top))];
    this.draw();
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.paint();
    });
  }

  paint() {
    const { canvas, context, look } = this, ratio = devicePixelRatio || 1;
    const width = Math.max(side, Math.round(canvas.clientWidth * ratio)), seen = side / this.zoom, cell = width / seen;
    if (canvas.width !== width)
      canvas.width = canvas.height = width;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.sheet, this.left, this.top, seen, seen, 0, 0, width, width);
    canvas.dataset.zoom = this.zoom; // 1 is all items.
    if (cell >= markFrom * ratio)
      this.paintMarks(cell, ratio);
    const [x, y] = [(this.item % side - this.left) * cell, (Math.floor(this.item / side) - this.top) * cell];
    const frame = Math.max(cell, 9 * ratio), shift = (frame - cell) / 2;
    for (const [colour, line] of [[look.halo, 5], [look.cursor, document.activeElement === canvas ? 3 : 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = line * ratio;
      context.strokeRect(x - shift, y - shift, frame, frame);
    }
  }

  paintMarks(cell, ratio) {
    const { context, look } = this, seen = side / this.zoom;
    context.font = `${11 * ratio}px ui-monospace, monospace`;
    context.textAlign = 'center';
    for (let y = Math.floor(this.top); y < Math.min(side, this.top + seen); y++)
      for (let x = Math.floor(this.left); x < Math.min(side, this.left + seen); x++) {
        const item = y * side + x, state = this.cells[item];
        context.setTransform(cell / 10, 0, 0, cell / 10, (x - this.left) * cell, (y - this.top) * cell);
        context.strokeStyle = look.marks[state];
        context.lineWidth = 1;
        context.stroke(this.marks[state]);
        context.lineWidth = .3;
        context.strokeStyle = look.cells[0];
        context.strokeRect(0, 0, 10, 10);
        context.resetTransform();
        if (cell < numberFrom * ratio)
          continue;
        context.fillStyle = look.marks[state];
        context.fillText(item, (x + .5 - this.left) * cell, (y + 1 - this.top) * cell - 6 * ratio);
      }
  }

  onKey(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -side, ArrowDown: side, PageUp: -16 * side, PageDown: 16 * side };
    if (event.altKey || event.ctrlKey || event.metaKey)
      return;
    if (event.key in steps)
      this.choose(this.item + steps[event.key]);
    else if (event.key === 'Home' || event.key === 'End')
      this.choose(event.key === 'Home' ? 0 : side * side - 1);
    else if (event.key === '+' || event.key === '-')
      this.zoomBy(event.key === '+' ? 1 : -1);
    else if (event.key === '0')
      this.zoomBy(-5);
    else
      return;
    event.preventDefault();
  }

  // The page scrolls by the wheel, unless the picture was clicked before.
  onWheel(event) {
    if (!event.ctrlKey && document.activeElement !== this.canvas)
      return;
    event.preventDefault();
    this.turned = (this.turned ?? 0) + event.deltaY;
    if (Math.abs(this.turned) < 40)
      return;
    this.item = this.at(event);
    this.zoomBy(this.turned < 0 ? 1 : -1);
    this.turned = 0;
    this.tellItem();
  }

  onDown(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { x: event.clientX, y: event.clientY, left: this.left, top: this.top, moved: false };
  }

  onMove(event) {
    if (!this.drag)
      return;
    const [x, y] = [event.clientX - this.drag.x, event.clientY - this.drag.y], perPixel = side / this.zoom / this.canvas.clientWidth;
    this.drag.moved ||= Math.hypot(x, y) > 4;
    if (this.drag.moved)
      this.moveTo(this.drag.left - x * perPixel, this.drag.top - y * perPixel);
  }

  onUp(event) {
    if (this.drag && !this.drag.moved)
      this.choose(this.at(event));
    this.drag = null;
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect(), seen = side / this.zoom;
    const place = (first, share) => Math.min(side - 1, Math.max(0, Math.floor(first + share * seen)));
    return place(this.top, (event.clientY - box.top) / box.height) * side + place(this.left, (event.clientX - box.left) / box.width);
  }

  // One call at a time, of the item that is chosen by then.
  async tellItem() {
    if (this.isTelling)
      return;
    this.isTelling = true;
    for (let told = -1; told !== this.item;) {
      told = this.item;
      await this.tell('OnItem', told);
    }
    this.isTelling = false;
  }

  // Nothing is drawn for nobody.
  tellSight() {
    this.tell('OnSight', !document.hidden, this.isOnScreen === true);
  }

  // The program may be gone; the page says so.
  tell(what, ...values) {
    return this.host.invokeMethodAsync(what, ...values).catch(() => { });
  }

  dispose() {
    this.ends.abort();
    this.sizes.disconnect();
    this.sights.disconnect();
    cancelAnimationFrame(this.frame);
  }
}
