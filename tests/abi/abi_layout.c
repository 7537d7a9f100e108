// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Where the last field of minor 1 lies in every struct, on 64-bit machines. Appending changes none
// of these; anything else does. Structs passed by value in arrays may not grow at all.
#include <portrait/arrow.h>
#include <portrait/model.h>
#include <portrait/plugin.h>
#include <portrait/run.h>
#include <portrait/sink.h>
#include <portrait/source.h>

#define AT(type, field, offset)                                                                    \
    _Static_assert(offsetof(type, field) == (offset), #type "." #field " has moved")
#define BYTES(type, size) _Static_assert(sizeof(type) == (size), #type " has another size")

BYTES(void *, 8);
BYTES(pt_bytes, 16);
BYTES(pt_log_field, 16);
BYTES(pt_list, 16);
BYTES(pt_map, 24);
BYTES(pt_metric, 16);
BYTES(struct ArrowSchema, 72);
BYTES(struct ArrowArray, 80);
BYTES(struct ArrowArrayStream, 40);

AT(pt_file_info, can_split, 24);
AT(pt_input_api, close, 40);
AT(pt_writer_api, remaining, 24);
AT(pt_http_request, timeout_ms, 56);
AT(pt_http_response, body, 32);
AT(pt_http_api, complete, 24);
AT(pt_host, cpu, 16);
AT(pt_host, get_extension, 120);
AT(pt_option, replaced_by, 136);
AT(pt_component, get_extension, 72);
AT(pt_plugin, components, 56);
AT(pt_discovery, note, 40);
AT(pt_column_list, names, 8);
AT(pt_split, est_bytes, 48);
AT(pt_plan_request, emit, 24);
AT(pt_reject, excerpt, 40);
AT(pt_split_run, counted, 32);
AT(pt_source_vtable, open, 48);
AT(pt_blas, dpotrs, 40);
AT(pt_run, scratch, 72);
AT(pt_model_needs, contributes, 17);
AT(pt_column_info, levels, 24);
AT(pt_schema, classes, 24);
AT(pt_block, key, 64);
AT(pt_data, block, 32);
AT(pt_output, help, 16);
AT(pt_model_vtable, export_as, 96);
AT(pt_sink_job, schema, 56);
AT(pt_body_out, profile, 32);
AT(pt_frozen_body, now_ms, 40);
AT(pt_request_out, policy, 32);
AT(pt_sink_vtable, path, 72);
