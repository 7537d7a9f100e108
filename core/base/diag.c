// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>

#include "mem.h"
#include "utf8.h"

#define SHOWN_CHARACTERS 160 // of a line; a longer one is cut around the fault
#define SHOWN_BEFORE 60      // of them before the fault

struct colours {
    const char *strong;
    const char *level[3]; // by diag_level
    const char *off;
};

static bool keep(struct diags *d, struct diag item)
{
    if (!mem_reserve(&d->items, &d->capacity, d->n + 1, sizeof *d->items)) {
        return false;
    }
    d->items[d->n++] = item;
    return true;
}

// Room for one more: true when there is, or when an error pushed out the last warning or note.
static bool has_room(struct diags *d, enum diag_level level)
{
    if (d->n < DIAG_MOST) {
        return true;
    }
    d->n_dropped++;
    if (level != DIAG_ERROR) {
        return false;
    }
    for (size_t i = d->n; i > 0; i--) {
        if (d->items[i - 1].level != DIAG_ERROR) {
            memmove(&d->items[i - 1], &d->items[i], (d->n - i) * sizeof *d->items);
            d->n--;
            return true;
        }
    }
    return false;
}

static const char *keep_text(struct diags *d, const char *text)
{
    const char *copy = text == NULL ? NULL : arena_strdup(&d->arena, text);
    d->out_of_memory = d->out_of_memory || (text != NULL && copy == NULL);
    return copy;
}

// One file name for all that stand in the same file.
static const char *keep_file(struct diags *d, const char *file)
{
    if (file != NULL && d->n > 0 && d->items[d->n - 1].at.file != NULL &&
        strcmp(d->items[d->n - 1].at.file, file) == 0) {
        return d->items[d->n - 1].at.file;
    }
    return keep_text(d, file);
}

static void add(struct diags *d, struct diag item)
{
    d->n_errors += item.level == DIAG_ERROR;
    if (!has_room(d, item.level)) {
        return;
    }
    item.at.file = keep_file(d, item.at.file);
    item.hint = item.hint == NULL || item.hint[0] == '\0' ? NULL : keep_text(d, item.hint);
    if (item.message == NULL || !keep(d, item)) {
        d->out_of_memory = true;
    }
}

void diag_add(struct diags *d, enum diag_level level, const char *code, struct position at,
              const char *hint, const char *format, ...)
{
    struct diag item = {.level = level, .at = at, .hint = hint};
    snprintf(item.code, sizeof item.code, "%s", code);
    struct str message = {0};
    va_list args;
    va_start(args, format);
    str_vaddf(&message, format, args);
    va_end(args);
    const char *text = str_get(&message);
    item.message = text == NULL ? NULL : keep_text(d, text);
    str_release(&message);
    add(d, item);
}

// The line's text without its end, empty when the source is not at hand.
static struct text source_line(const struct diags *d, struct position at)
{
    if (d->source_file == NULL || at.file == NULL || at.line == 0 ||
        strcmp(d->source_file, at.file) != 0) {
        return (struct text){0};
    }
    struct text rest = d->source;
    if (text_starts(rest, "\xEF\xBB\xBF")) { // a byte order mark has no column
        rest = text_n(rest.p + 3, rest.n - 3);
    }
    for (uint32_t line = 1; rest.n > 0; line++) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end == NULL ? rest.n : (size_t)(end - rest.p);
        if (line == at.line) {
            n -= n > 0 && rest.p[n - 1] == '\r';
            return text_n(rest.p, n);
        }
        size_t step = end == NULL ? n : n + 1;
        rest = text_n(rest.p + step, rest.n - step);
    }
    return (struct text){0};
}

// The view after the first `n` characters.
static struct text skip_characters(struct text in, size_t n)
{
    while (n > 0 && in.n > 0) {
        size_t size = utf8_next(in).size;
        in = text_n(in.p + size, in.n - size);
        n--;
    }
    return in;
}

// True when byte `offset` of a scalar's value stands `offset` bytes after `token`: no escapes,
// no replaced ${...} before it, and still within the line.
static bool is_verbatim(struct text token, char quote, size_t offset)
{
    if (offset > token.n) {
        return false;
    }
    for (size_t i = 0; i < offset; i++) {
        bool escape = quote == '"' ? token.p[i] == '\\' : quote == '\'' && token.p[i] == '\'';
        bool variable = token.p[i] == '$' && i + 1 < token.n && token.p[i + 1] == '{';
        if (escape || variable || (quote != 0 && token.p[i] == quote)) {
            return false;
        }
    }
    return true;
}

static struct position moved(const struct diags *d, struct position at, const struct pt_error *err)
{
    size_t offset = err->column - 1;
    struct text line = source_line(d, at);
    struct text token = skip_characters(line, at.column - 1);
    if (line.n == 0) {
        at.column += (uint32_t)offset;
        at.length = err->length > 0 ? err->length : 1;
        return at;
    }
    if (token.n == 0 || token.p[0] == '|' || token.p[0] == '>') {
        return at;
    }
    char quote = token.p[0] == '"' || token.p[0] == '\'' ? token.p[0] : 0;
    if (quote != 0) {
        token = text_n(token.p + 1, token.n - 1);
    }
    if (!is_verbatim(token, quote, offset)) {
        return at;
    }
    size_t covered = token.n - offset < err->length ? token.n - offset : err->length;
    at.column += (uint32_t)(quote != 0) + (uint32_t)utf8_count(text_n(token.p, offset));
    at.length = (uint32_t)utf8_count(text_n(token.p + offset, covered));
    at.length += at.length == 0;
    return at;
}

void diag_add_error(struct diags *d, const char *code, struct position at,
                    const struct pt_error *err)
{
    struct position where = at;
    if (err->column > 0 && at.line > 0 && at.column > 0) {
        where = moved(d, at, err);
    }
    const char *message = err->message[0] == '\0' ? error_name(err->code) : err->message;
    diag_add(d, DIAG_ERROR, code, where, err->hint, "%s", message);
}

bool diags_failed(const struct diags *d)
{
    return d->n_errors > 0 || d->out_of_memory;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_positions(const struct position *a, const struct position *b)
{
    int order = strcmp(a->file == NULL ? "" : a->file, b->file == NULL ? "" : b->file);
    if (order == 0) {
        order = compare_numbers(a->line, b->line);
    }
    return order == 0 ? compare_numbers(a->column, b->column) : order;
}

// At most DIAG_MOST items: insertion is stable and needs no memory.
void diags_sort(struct diags *d)
{
    for (size_t i = 1; i < d->n; i++) {
        struct diag item = d->items[i];
        size_t j = i;
        while (j > 0 && compare_positions(&d->items[j - 1].at, &item.at) > 0) {
            d->items[j] = d->items[j - 1];
            j--;
        }
        d->items[j] = item;
    }
}

static void print_shown(FILE *out, struct text in)
{
    char shown[UTF8_SHOWN_BYTES];
    for (size_t i = 0; i < in.n;) {
        struct utf8_char c = utf8_next(text_n(in.p + i, in.n - i));
        fwrite(shown, 1, utf8_show(c, shown, NULL), out);
        i += c.size;
    }
}

// The part of a line that is shown, and where the fault stands in it.
struct excerpt {
    struct text text;
    bool cut_before;
    bool cut_after;
    size_t before; // characters of it before the fault
};

static struct excerpt excerpt_of(struct text line, struct position at)
{
    struct excerpt e = {.text = line, .before = at.column > 0 ? at.column - 1 : 0};
    size_t n = utf8_count(line);
    if (e.before > n) {
        e.before = n;
    }
    if (n <= SHOWN_CHARACTERS) {
        return e;
    }
    size_t first = e.before > SHOWN_BEFORE ? e.before - SHOWN_BEFORE : 0;
    e.before -= first;
    e.cut_before = first > 0;
    e.text = skip_characters(line, first);
    struct text rest = skip_characters(e.text, SHOWN_CHARACTERS);
    e.cut_after = rest.n > 0;
    e.text.n -= rest.n;
    return e;
}

// Each character as wide as the line above shows it; tabs stay tabs.
static void print_under(FILE *out, struct text in, size_t n, char mark)
{
    char shown[UTF8_SHOWN_BYTES];
    for (size_t i = 0; n > 0 && i < in.n; n--) {
        struct utf8_char c = utf8_next(text_n(in.p + i, in.n - i));
        uint32_t columns = 1;
        utf8_show(c, shown, &columns);
        for (uint32_t k = 0; k < (c.code == '\t' ? 1 : columns); k++) {
            fputc(c.code == '\t' && mark == ' ' ? '\t' : mark, out);
        }
        i += c.size;
    }
}

static void print_line(FILE *out, const struct excerpt *e)
{
    struct text rest = e->text;
    fputs(e->cut_before ? "..." : "", out);
    while (rest.n > 0) {
        const char *tab = memchr(rest.p, '\t', rest.n);
        size_t n = tab == NULL ? rest.n : (size_t)(tab - rest.p);
        print_shown(out, text_n(rest.p, n));
        if (tab != NULL) {
            fputc('\t', out);
            n++;
        }
        rest = text_n(rest.p + n, rest.n - n);
    }
    fputs(e->cut_after ? "...\n" : "\n", out);
}

static void print_excerpt(FILE *out, const struct diag *item, struct text line,
                          const struct colours *c)
{
    char number[16];
    int width = snprintf(number, sizeof number, "%u", item->at.line);
    struct excerpt e = excerpt_of(line, item->at);
    fprintf(out, "  %s | ", number);
    print_line(out, &e);
    if (item->at.column == 0 && item->hint == NULL) {
        return;
    }
    fprintf(out, "  %*s | ", width, "");
    if (item->at.column > 0) {
        struct text token = skip_characters(e.text, e.before);
        fputs(e.cut_before ? "   " : "", out);
        print_under(out, e.text, e.before, ' ');
        fputs(c->level[item->level], out);
        print_under(out, token, item->at.length > 0 ? item->at.length : 1, '^');
        fputs(token.n == 0 ? "^" : "", out);
        fputs(c->off, out);
        fputs(item->hint == NULL ? "" : " ", out);
    }
    print_shown(out, text_of(item->hint));
    fputc('\n', out);
}

static void print_position(FILE *out, struct position at)
{
    if (at.file != NULL) {
        print_shown(out, text_of(at.file));
        fputc(':', out);
    }
    if (at.line > 0) {
        fprintf(out, at.file == NULL ? "line %u:" : "%u:", at.line);
    }
    if (at.line > 0 && at.column > 0) {
        fprintf(out, "%u:", at.column);
    }
    fputs(at.file != NULL || at.line > 0 ? " " : "", out);
}

void diags_hide(struct diags *d, struct position at)
{
    const char *file = at.file == NULL ? NULL : arena_strdup(&d->arena, at.file);
    if ((at.file != NULL && file == NULL) ||
        !mem_reserve(&d->hidden, &d->hidden_capacity, d->n_hidden + 1, sizeof *d->hidden)) {
        d->hides_all = true;
        d->out_of_memory = true;
        return;
    }
    at.file = file;
    d->hidden[d->n_hidden++] = at;
}

static bool is_hidden(const struct diags *d, struct position at)
{
    for (size_t i = 0; i < d->n_hidden; i++) {
        const struct position *h = &d->hidden[i];
        bool is_same_file =
            h->file == NULL || at.file == NULL ? h->file == at.file : strcmp(h->file, at.file) == 0;
        if (is_same_file && h->line == at.line) {
            return true;
        }
    }
    return d->hides_all;
}

static void print_item(const struct diags *d, const struct diag *item, FILE *out,
                       const struct colours *c)
{
    static const char *const names[] = {"error", "warning", "note"};
    struct text line = is_hidden(d, item->at) ? (struct text){0} : source_line(d, item->at);
    fputs(c->strong, out);
    print_position(out, item->at);
    fprintf(out, "%s%s%s", c->off, c->level[item->level], names[item->level]);
    if (item->code[0] != '\0') {
        fprintf(out, "[%s]", item->code);
    }
    fprintf(out, "%s: ", c->off);
    print_shown(out, text_of(item->message));
    fputc('\n', out);
    if (line.n > 0) {
        print_excerpt(out, item, line, c);
    } else if (item->hint != NULL) {
        fputs("  ", out);
        print_shown(out, text_of(item->hint));
        fputc('\n', out);
    }
}

void diags_print(const struct diags *d, FILE *out, bool colour)
{
    static const struct colours plain = {"", {"", "", ""}, ""};
    static const struct colours ansi = {
        "\x1b[1m", {"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m"}, "\x1b[0m"};
    for (size_t i = 0; i < d->n; i++) {
        print_item(d, &d->items[i], out, colour ? &ansi : &plain);
    }
    if (d->n_dropped > 0) {
        fprintf(out, "%zu more not shown\n", d->n_dropped);
    }
    if (d->out_of_memory) {
        fputs("error: out of memory; the list above is not complete\n", out);
    }
}

void diags_release(struct diags *d)
{
    arena_release(&d->arena);
    mem_free(d->items);
    mem_free(d->hidden);
    *d = (struct diags){0};
}
