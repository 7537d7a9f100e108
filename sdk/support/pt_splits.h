// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Splits of files whose records are lines: byte ranges of about the wanted size, in file order. A
// compressed file is one range. A line belongs to the range its first byte lies in.
#ifndef PT_SPLITS_H
#define PT_SPLITS_H

#include <portrait/source.h>

#include "pt_mem.h"

PT_EXTERN_C_BEGIN

#define PT_RANGE_TO_END UINT64_MAX

// Bytes [begin, end) of file `file` of an input.
struct pt_range {
    uint32_t file;
    uint64_t begin;
    uint64_t end; // PT_RANGE_TO_END: the rest of the file
};

struct pt_splits_options {
    uint64_t bytes_per_row; // for the row estimate; 0 = unknown
    bool whole_files;       // a split a file
};

// Emits the splits of all files of `input`, ids "path@begin".
pt_status pt_splits_plan(const pt_host *host, const pt_input *input,
                         const struct pt_splits_options *options, const pt_plan_request *request,
                         pt_error *err);
// Emits one range as a split; `facts` gives file and estimates. For plugins that cut by themselves.
pt_status pt_splits_emit(const pt_host *host, const pt_plan_request *request,
                         const struct pt_range *range, const pt_split *facts, pt_error *err);
// Reads back the bytes of a split made by pt_splits_plan or pt_splits_emit; PT_E_INVALID when they
// are not.
pt_status pt_splits_range(const pt_host *host, pt_bytes data, struct pt_range *out, pt_error *err);

PT_EXTERN_C_END

#endif
