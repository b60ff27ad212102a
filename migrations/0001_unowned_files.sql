CREATE TABLE `unowned_files` (
	`file` text PRIMARY KEY NOT NULL
);
