CREATE TABLE `paused_devices` (
	`name` text PRIMARY KEY NOT NULL,
	`paused_at` integer NOT NULL
);
