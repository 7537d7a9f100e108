# SPDX-FileCopyrightText: 2026 Portrait contributors
# SPDX-License-Identifier: Apache-2.0
# portrait_room(NAME SOURCES f.c... ROOMS lower... LIBS private...): one static library a room. A
# room's include path travels only along ROOMS, so an arrow that points up does not compile.
function(portrait_room NAME)
  cmake_parse_arguments(ROOM "" "" "SOURCES;ROOMS;LIBS" ${ARGN})
  add_library(portrait_${NAME} STATIC ${ROOM_SOURCES})
  target_include_directories(portrait_${NAME} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  list(TRANSFORM ROOM_ROOMS PREPEND portrait_)
  target_link_libraries(portrait_${NAME} PUBLIC ${ROOM_ROOMS} portrait_sdk
    PRIVATE portrait_flags ${ROOM_LIBS})
endfunction()
