// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_splits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// A range as bytes: a mark, then file, begin, end, all little-endian.
#define RANGE_MARK 0x31
#define RANGE_BYTES 21u

static void put_64(uint8_t *p, uint64_t v, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        p[i] = (uint8_t)(v >> (8 * i));
    }
}

static uint64_t get_64(const uint8_t *p, uint32_t bytes)
{
    uint64_t v = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        v |= (uint64_t)p[i] << (8 * i);
    }
    return v;
}

pt_status pt_splits_range(const pt_host *host, pt_bytes data, struct pt_range *out, pt_error *err)
{
    if (data.size != RANGE_BYTES || data.data[0] != RANGE_MARK) {
        return pt_fail(host, err, PT_E_INVALID, NULL, "this split was not made by this plugin");
    }
    *out = (struct pt_range){.file = (uint32_t)get_64(data.data + 1, 4),
                             .begin = get_64(data.data + 5, 8),
                             .end = get_64(data.data + 13, 8)};
    return PT_OK;
}

pt_status pt_splits_emit(const pt_host *host, const pt_plan_request *request,
                         const struct pt_range *range, const pt_split *facts, pt_error *err)
{
    uint8_t data[RANGE_BYTES] = {RANGE_MARK};
    put_64(data + 1, range->file, 4);
    put_64(data + 5, range->begin, 8);
    put_64(data + 13, range->end, 8);
    uint64_t capacity = strlen(facts->file) + 24;
    char *id = pt_mem_array(host, capacity, 1);
    if (id == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "out of memory for planning");
    }
    snprintf(id, capacity, "%s@%" PRIu64, facts->file, range->begin);
    pt_split split = *facts;
    split.id = id;
    split.data = (pt_bytes){data, sizeof data};
    pt_status status = request->emit(request->ctx, &split, err);
    pt_mem_free(host, id);
    return status;
}

static pt_status file_plan(const pt_host *host, const pt_file_info *info,
                           const struct pt_splits_options *options, uint32_t file,
                           const pt_plan_request *request, pt_error *err)
{
    bool is_whole = options->whole_files || info->can_split == 0 || request->target_bytes == 0 ||
                    info->stored_bytes <= request->target_bytes;
    uint64_t pieces = is_whole ? 1 : (info->stored_bytes - 1) / request->target_bytes + 1;
    uint64_t step = (info->stored_bytes + pieces - 1) / pieces;
    for (uint64_t begin = 0, i = 0; i < pieces && (i == 0 || begin < info->stored_bytes);
         i++, begin += step) {
        bool is_last = begin + step >= info->stored_bytes;
        struct pt_range range = {file, begin, is_last ? PT_RANGE_TO_END : begin + step};
        uint64_t bytes = is_last ? info->stored_bytes - begin : step;
        uint64_t per_row = info->compression == PT_COMPRESSION_NONE ? options->bytes_per_row : 0;
        pt_split facts = {.struct_size = sizeof facts,
                          .file = info->path,
                          .est_bytes = bytes,
                          .est_rows = per_row == 0 ? 0 : bytes / per_row};
        pt_status status = pt_splits_emit(host, request, &range, &facts, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

pt_status pt_splits_plan(const pt_host *host, const pt_input *input,
                         const struct pt_splits_options *options, const pt_plan_request *request,
                         pt_error *err)
{
    uint32_t n = host->input->count(input);
    for (uint32_t i = 0; i < n; i++) {
        pt_file_info info = {.struct_size = sizeof info};
        pt_status status = host->input->describe(input, i, &info, err);
        if (status == PT_OK) {
            status = file_plan(host, &info, options, i, request, err);
        }
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}
