// placeholder so that the room builds before its first file
typedef int room_is_empty;
