// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Discovery: the head of the first file gives encoding and dialect; the first records of all files
// give header, columns and types.
#include <stdio.h>
#include <string.h>

#include "csv_instance.h"
#include "csv_sample.h"
#include "csv_sniff.h"

#define HEAD_BYTES (UINT64_C(256) << 10)

struct head {
    uint8_t *bytes; // HEAD_BYTES + CSV_PAD, zeroed behind n
    uint64_t n;
    bool is_whole;
};

static pt_status head_read(const struct csv_input *in, uint32_t file, struct head *head,
                           pt_error *err)
{
    const pt_input_api *input = in->host.input;
    pt_stream *stream = NULL;
    pt_status status = input->open(in->input, file, 0, &stream, err);
    uint64_t got = 1;
    head->n = 0;
    while (status == PT_OK && got > 0 && head->n < HEAD_BYTES) {
        status = input->read(stream, head->bytes + head->n, HEAD_BYTES - head->n, &got, err);
        head->n += status == PT_OK ? got : 0;
    }
    input->close(stream);
    head->is_whole = got == 0;
    memset(head->bytes + head->n, 0, CSV_PAD);
    return status;
}

static uint8_t char_of(const char *text)
{
    uint8_t c = 0;
    csv_config_char(text, &c);
    return c;
}

static const char *encoding_name(enum csv_encoding encoding)
{
    static const char *const names[] = {[CSV_IS_ASCII] = "UTF-8",
                                        [CSV_IS_UTF8] = "UTF-8",
                                        [CSV_IS_GB18030] = "GB18030",
                                        [CSV_IS_UTF16LE] = "UTF-16LE",
                                        [CSV_IS_UTF16BE] = "UTF-16BE"};
    return names[encoding];
}

static bool is_utf16(enum csv_encoding encoding)
{
    return encoding == CSV_IS_UTF16LE || encoding == CSV_IS_UTF16BE;
}

static enum csv_encoding dialect_encoding(const struct csv_dialect *d)
{
    return d->utf16 == CSV_UTF16_LITTLE ? CSV_IS_UTF16LE
           : d->utf16 == CSV_UTF16_BIG  ? CSV_IS_UTF16BE
           : d->is_gb18030              ? CSV_IS_GB18030
                                        : CSV_IS_UTF8;
}

// What the heads of the files tell together. A declared encoding is there from the start.
struct found {
    enum csv_encoding encoding;
    bool is_declared;
    bool has_text;     // a file that is not empty was seen
    const char *first; // file that told it
};

// ASCII is UTF-8 and GB18030 too, but never UTF-16.
static bool is_at_odds(const struct found *found, enum csv_encoding encoding)
{
    if (found->encoding == encoding || !(found->has_text || found->is_declared)) {
        return false;
    }
    if (is_utf16(found->encoding) && found->is_declared) {
        return is_utf16(encoding); // no mark may be there, and few letters
    }
    if (is_utf16(found->encoding) || is_utf16(encoding)) {
        return true;
    }
    return !found->is_declared && found->encoding != CSV_IS_ASCII && encoding != CSV_IS_ASCII;
}

static pt_status encoding_add(const struct csv_instance *in, uint32_t file, const struct head *head,
                              struct found *found, pt_error *err)
{
    pt_file_info info = {.struct_size = sizeof info};
    enum csv_encoding encoding = csv_sniff_encoding(head->bytes, head->n);
    pt_status status = in->host->input->describe(in->config->path, file, &info, err);
    if (status != PT_OK || head->n == 0) {
        return status;
    }
    if (is_at_odds(found, encoding)) {
        return pt_fail(in->host, err, PT_E_DATA, "encoding", "%s is %s, but %s is %s", info.path,
                       encoding_name(encoding),
                       found->is_declared ? "the encoding asked for" : found->first,
                       encoding_name(found->encoding));
    }
    if (!found->has_text || found->encoding == CSV_IS_ASCII) {
        found->first = info.path;
        found->encoding = found->is_declared ? found->encoding : encoding;
    }
    found->has_text = true;
    return PT_OK;
}

// Passes the lines that `skip` leaves out.
static uint64_t head_skip(const struct head *head, int64_t lines, bool is_cr_only)
{
    struct csv_dialect d = {.is_cr_only = is_cr_only};
    uint64_t at = head->n >= 3 && memcmp(head->bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    for (int64_t i = 0; i < lines && at < head->n; i++) {
        uint64_t length = csv_line_length(&d, head->bytes + at, head->n - at);
        at += length < head->n - at ? length + 1 : length;
    }
    return at;
}

static struct csv_dialect dialect_wished(const struct csv_instance *in, enum csv_encoding encoding)
{
    const struct csv_config *config = in->config;
    return (struct csv_dialect){
        .delimiter = config->delimiter == NULL ? CSV_CHAR_AUTO : char_of(config->delimiter),
        .quote = config->quote == NULL ? '"' : char_of(config->quote),
        .escape = config->escape == NULL ? CSV_CHAR_AUTO : char_of(config->escape),
        .comment = char_of(config->comment),
        .is_gb18030 = encoding == CSV_IS_GB18030,
        .utf16 = encoding == CSV_IS_UTF16LE   ? CSV_UTF16_LITTLE
                 : encoding == CSV_IS_UTF16BE ? CSV_UTF16_BIG
                                              : CSV_UTF16_NONE,
        .allows_blanks = config->trim != 0};
}

static struct found found_at_first(const struct csv_config *config)
{
    static const enum csv_encoding declared[] = {[CSV_ENCODING_AUTO] = CSV_IS_ASCII,
                                                 [CSV_ENCODING_UTF8] = CSV_IS_UTF8,
                                                 [CSV_ENCODING_GB18030] = CSV_IS_GB18030,
                                                 [CSV_ENCODING_UTF16LE] = CSV_IS_UTF16LE,
                                                 [CSV_ENCODING_UTF16BE] = CSV_IS_UTF16BE};

    return (struct found){.encoding = declared[config->encoding],
                          .is_declared = config->encoding != CSV_ENCODING_AUTO};
}

// Encoding of all files; `first` ends up as the head, as UTF-8 or GB18030, of the first that holds
// anything.
static pt_status encoding_find(const struct csv_instance *in, struct head *first,
                               struct head *other, struct csv_dialect *wish, pt_error *err)
{
    uint32_t n = in->host->input->count(in->config->path);
    uint32_t at = 0;
    struct found found = found_at_first(in->config);
    struct csv_input input;
    csv_input_init(&input, in->host, in->config->path, CSV_UTF16_NONE);
    pt_status status = PT_OK;
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        struct head *head = first->n == 0 ? first : other;
        at = first->n == 0 ? i : at;
        status = head_read(&input, i, head, err);
        if (status == PT_OK) {
            status = encoding_add(in, i, head, &found, err);
        }
    }
    *wish = dialect_wished(in, found.encoding);
    if (status == PT_OK && wish->utf16 != CSV_UTF16_NONE && n > 0) {
        csv_input_init(&input, in->host, in->config->path, (enum csv_utf16_order)wish->utf16);
        status = head_read(&input, at, first, err);
    }
    return status;
}

static pt_status dialect_find(struct csv_instance *in, struct head *head, struct head *other,
                              pt_error *err)
{
    struct csv_dialect wish;
    pt_status status = encoding_find(in, head, other, &wish, err);
    struct csv_record *record = pt_mem_array(in->host, 1, sizeof *record);
    if (status == PT_OK && record == NULL) {
        status = pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    if (status == PT_OK) {
        bool is_cr_only = memchr(head->bytes, '\n', HEAD_BYTES) == NULL;
        uint64_t at = head_skip(head, in->config->skip, is_cr_only);
        in->layout.dialect = csv_sniff_dialect(&wish, head->bytes + at, head->n - at,
                                               head->is_whole, in->config->decimal == 1, record);
    }
    pt_mem_free(in->host, record);
    return status;
}

static void dialect_note(const struct csv_instance *in, const pt_discovery *out)
{
    const struct csv_dialect *d = &in->layout.dialect;
    char note[160];
    char delimiter[8] = "tab";
    if (d->delimiter != '\t') {
        snprintf(delimiter, sizeof delimiter, "`%c`", d->delimiter);
    }
    snprintf(note, sizeof note, "%s, delimiter %s%s%s, %s", encoding_name(dialect_encoding(d)),
             delimiter, d->escape == '\\' ? ", backslash escapes" : "",
             d->is_cr_only ? ", lines end with CR" : "",
             in->layout.has_header ? "with header" : "no header");
    out->note(out->ctx, note);
}

static void column_note(const struct csv_column *column, uint32_t number, const pt_discovery *out)
{
    char note[320];
    const char *zone = column->type.kind != CSV_TIME ? ""
                       : column->type.is_zoned       ? " with zone"
                                                     : " without zone";
    snprintf(note, sizeof note, "column %u `%.100s`: %s%s%s%s%s", number, column->name,
             csv_type_name(column->type.kind), column->type.has_pattern ? " " : "",
             column->type.pattern_text, zone, column->is_inferred ? ", by the first records" : "");
    out->note(out->ctx, note);
}

static pt_status schema_give(const struct csv_instance *in, const pt_discovery *out, pt_error *err)
{
    const struct csv_layout *layout = &in->layout;
    struct ArrowSchema schema = {0};
    struct pt_field *fields = pt_mem_array(in->host, layout->n, sizeof *fields);
    pt_status status = fields == NULL ? PT_E_NO_MEMORY : PT_OK;
    for (uint32_t i = 0; i < layout->n && status == PT_OK; i++) {
        fields[i] = csv_layout_field(&layout->columns[i]);
    }
    if (status == PT_OK) {
        status = pt_schema_build(in->host, fields, layout->n, &schema);
    }
    pt_mem_free(in->host, fields);
    if (status != PT_OK) {
        return pt_fail(in->host, err, status, NULL, "out of memory");
    }
    status = out->schema(out->ctx, &schema, err);
    if (schema.release != NULL) {
        schema.release(&schema);
    }
    return status;
}

static pt_status found_give(const struct csv_instance *in, const pt_discovery *out, pt_error *err)
{
    pt_status status = schema_give(in, out, err);
    if (status != PT_OK) {
        return status;
    }
    uint64_t n = 0;
    uint8_t *state = csv_layout_save(&in->layout, &n);
    if (state == NULL) {
        return pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    if (n > PT_STATE_MAX) {
        status = pt_fail(in->host, err, PT_E_LIMIT, "path", "the header is longer than 1 MiB");
    } else {
        status = out->state(out->ctx, (pt_bytes){state, n}, err);
    }
    pt_mem_free(in->host, state);
    dialect_note(in, out);
    for (uint32_t i = 0; i < in->layout.n && status == PT_OK; i++) {
        column_note(&in->layout.columns[i], i + 1, out);
    }
    return status;
}

pt_status csv_discover(struct csv_instance *in, const pt_discovery *out, pt_error *err)
{
    uint8_t *bytes = pt_mem_zero(in->host, 2, HEAD_BYTES + CSV_PAD);
    if (bytes == NULL) {
        return pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    struct head head = {.bytes = bytes};
    struct head other = {.bytes = bytes + HEAD_BYTES + CSV_PAD};
    csv_layout_release(&in->layout);
    pt_status status = dialect_find(in, &head, &other, err);
    pt_mem_free(in->host, bytes);
    if (status == PT_OK) {
        status = csv_sample_files(in, out, err);
    }
    return status == PT_OK ? found_give(in, out, err) : status;
}
